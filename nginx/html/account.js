// The account page: who you are, your sessions, a new password.

const message = document.getElementById("message");

// Asks one of the endpoints; null sends the visitor to the login page.
async function ask(method, path, body, again = true) {
    const options = { method, headers: { Accept: "application/json" } };
    if (body !== undefined) {
        options.headers["Content-Type"] = "application/json";
        options.body = JSON.stringify(body);
    }
    const answer = await fetch(path, options);
    const problem = answer.ok ? null : await answer.clone().json().catch(() => ({}));
    if (answer.status !== 401 || problem.code === "invalid_credentials") {
        return { answer, problem };
    }
    if (again && await renew()) {
        return ask(method, path, body, false);
    }
    location.replace("/login?rd=%2Faccount");
    return null;
}

async function renew() {
    const answer = await fetch("/auth/refresh", { method: "POST" });
    await answer.arrayBuffer();  // to its end: leaving the page would cut it off
    return answer.ok;
}

function tell(text, isError = false) {
    message.textContent = text;
    message.className = isError ? "error" : "";
}

function refusal(problem) {
    const fields = (problem.errors ?? []).map((error) => error.detail);
    return fields.join(" ") || problem.detail || problem.title || "That did not work. Please try again.";
}

function element(name, text) {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
}

function when(text) {
    return new Date(text).toLocaleString();
}

async function showUser() {
    const asked = await ask("GET", "/auth/me");
    if (!asked) return false;
    if (asked.problem) {
        tell(refusal(asked.problem), true);
        return false;
    }
    const { user } = await asked.answer.json();
    document.getElementById("username").value = user.username;
    const rows = [["User name", user.username], ["E-mail", user.email], ["Roles", user.roles.join(", ")]];
    const shown = rows.filter(([, value]) => value).flatMap(([name, value]) => [element("dt", name), element("dd", value)]);
    document.getElementById("user").replaceChildren(...shown);
    return true;
}

function sessionItem(session) {
    const item = element("li", `${session.user_agent || "unknown program"}, ${session.address}, `
        + `last used ${when(session.last_used_at)}`);
    if (session.current) {
        item.append(" (this one)");
    } else {
        const end = element("button", "Log out");
        end.type = "button";
        end.addEventListener("click", async () => {
            const asked = await ask("DELETE", `/auth/sessions/${encodeURIComponent(session.id)}`);
            if (asked?.problem) tell(refusal(asked.problem), true);
            if (asked) await showSessions();
        });
        item.append(" ", end);
    }
    return item;
}

async function showSessions() {
    const asked = await ask("GET", "/auth/sessions");
    if (!asked || asked.problem) return;
    const sessions = await asked.answer.json();
    document.getElementById("sessions").replaceChildren(...sessions.map(sessionItem));
}

document.getElementById("password").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    const asked = await ask("POST", "/auth/password", {
        current_password: form.current_password.value,
        new_password: form.new_password.value,
    });
    if (!asked) return;
    if (asked.problem) {
        tell(refusal(asked.problem), true);
        return;
    }
    form.reset();
    tell("The password is changed. Every other session has ended.");
    await showUser();
    await showSessions();
});

document.getElementById("others").addEventListener("click", async () => {
    const asked = await ask("POST", "/auth/logout", { scope: "others" });
    if (asked?.problem) tell(refusal(asked.problem), true);
    if (asked) await showSessions();
});

if (await showUser()) await showSessions();
