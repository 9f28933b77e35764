// The login and the sign-up page, quicker and kinder; without this they work by plain forms.
// Every text comes from the page, which has it in the visitor's language.

const byID = (id) => document.getElementById(id);
const form = document.querySelector("form");
const button = form?.querySelector("[type=submit]");
const [message, messageText, wait, seconds, password] =
    ["message", "message-text", "wait", "seconds", "password"].map(byID);
const label = button?.textContent;
const title = document.title;
let sending = "", next = false, waitUntil = 0, timer = 0;

function text(code) {
    const all = byID("texts").content;
    return (all.querySelector(`[data-code="${CSS.escape(code)}"]`) ?? all.querySelector("[data-code=other]")).dataset.text;
}

function tell(code) {
    messageText.textContent = text(code);
    message.hidden = false;
    document.title = title.startsWith(text("title")) ? title : `${text("title")} ${title}`;
    message.focus();
}

function tellField(field, code) {
    byID(`${field}-error`).textContent = text(`field_${code}`);
    byID(field).setAttribute("aria-invalid", "true");
    if (field === "password") hideStrength();
}

function clear() {
    message.hidden = wait.hidden = true;
    for (const place of form.querySelectorAll(".error")) place.textContent = "";
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
}

// -- Waiting: the button does nothing until then, and is not taken out of the keyboard's reach.

function duration(left) {
    const [number, unit] = left < 100 ? [left, "second"] : [Math.ceil(left / 60), "minute"];
    const style = { style: "unit", unit, unitDisplay: "long" };
    return new Intl.NumberFormat(document.documentElement.lang, style).format(number);
}

function tick() {
    const left = Math.ceil((waitUntil - Date.now()) / 1000);
    if (left > 0) {
        seconds.textContent = duration(left);
    } else {
        clearInterval(timer);
        wait.hidden = true;
        button.removeAttribute("aria-disabled");
    }
}

function countDown(from) {
    waitUntil = Date.now() + from * 1000;
    wait.hidden = false;
    button.setAttribute("aria-disabled", "true");
    clearInterval(timer);
    timer = setInterval(tick, 500);
    tick();
}

// -- Sending

function busy(body) {
    sending = body;
    button.textContent = body ? button.dataset.busy : label;
    button.setAttribute("aria-busy", body !== "");
}

// A path whose every part has a name, as the programs ask of `rd`.
const isPlain = (path) => path[0] === "/" && !/[\\\x00-\x1f\x7f]/.test(path) && path.slice(1).split("/").every(
    (part, at, all) => part ? part.trim() && part !== "." && part !== ".." : at === all.length - 1);

// Where `rd` leads, if that is a path of this site, percent-decoded too; else home.
function target() {
    const rd = new URL(form.action).searchParams.get("rd") ?? "";
    try {
        const path = rd.split(/[?#]/)[0], url = new URL(rd, location.origin);
        if (isPlain(path) && isPlain(decodeURIComponent(path)) && !/[\\\x00-\x1f\x7f]/.test(rd)
            && url.origin === location.origin && !["/login", location.pathname].includes(url.pathname)) return url.href;
    } catch { /* no path at all */ }
    return "/";
}

function fields() {
    const sent = {};
    for (const field of form.elements) {
        if (field.type === "checkbox") sent[field.name] = field.checked;
        else if (field.name && field.value) sent[field.name] = field.value;
    }
    return sent;
}

async function refused(answer) {
    const problem = await answer.json().catch(() => ({}));
    const errors = problem.code === "username_taken" ? [{ field: "username", code: "taken" }] : problem.errors ?? [];
    for (const { field, code } of errors) if (byID(`${field}-error`)) tellField(field, code);
    tell(problem.code ?? "other");
    const after = Number(answer.headers.get("Retry-After"));
    if (after > 0) countDown(after);
}

async function send(event) {
    event?.preventDefault();
    const body = JSON.stringify(fields());
    if (sending) return void (next = body !== sending);  // typed meanwhile: sent when this one is refused
    if (waitUntil > Date.now()) return message.focus();
    reveal(false);
    clear();
    busy(body);
    try {
        const answer = await fetch(new URL(form.action).pathname, {
            method: "POST",
            headers: { "Content-Type": "application/json", Accept: "application/json" },
            body,
        });
        if (answer.ok) {
            await answer.text();  // to its end: leaving the page would cut it off
            return location.assign(target());
        }
        await refused(answer);
    } catch {
        tell("offline");
    }
    busy("");
    if (next) {
        next = false;
        await send();
    }
}

// -- The password

function reveal(shown) {
    password.type = shown ? "text" : "password";
    form.querySelector(".reveal").setAttribute("aria-pressed", shown);
}

function watchCapsLock(event) {
    const caps = byID("caps"), told = event.getModifierState?.("CapsLock") ? caps.dataset.text : "";
    if (caps.textContent !== told) caps.textContent = told;
}

let asking, pause, noStrength = false;

// Beside a refusal it would say the opposite of it, or the same twice.
function hideStrength() {
    clearTimeout(pause);
    asking?.abort();
    byID("score").hidden = true;
    byID("advice").textContent = "";
}

// What the server thinks of it so far. No answer is no trouble: it decides when the form is sent.
async function askStrength() {
    asking?.abort();
    asking = new AbortController();
    if (!password.value || noStrength) return hideStrength();
    try {
        const answer = await fetch("/auth/strength", {
            method: "POST",
            headers: { "Content-Type": "application/json", Accept: "application/json" },
            body: JSON.stringify({
                password: password.value, username: byID("username").value, email: byID("email")?.value || undefined,
            }),
            signal: asking.signal,
        });
        noStrength = answer.status === 404;
        const { acceptable, score, errors } = await answer.json();  // also of a refusal, which has none of them
        if (!answer.ok) return;
        byID("score").value = score;
        byID("score").hidden = false;
        byID("advice").textContent = text(acceptable ? `strength_${score}` : `field_${errors[0]?.code ?? "too_weak"}`);
        if (acceptable) {
            byID("password-error").textContent = "";
            password.removeAttribute("aria-invalid");
        }
    } catch { /* a newer question, or no network */ }
}

if (form) {
    form.addEventListener("submit", send);
    const toggle = form.querySelector(".reveal");
    toggle.hidden = false;
    toggle.addEventListener("click", () => reveal(password.type === "password"));
    password.addEventListener("keyup", watchCapsLock);
    if (byID("score")) {
        form.addEventListener("input", () => {
            clearTimeout(pause);
            pause = setTimeout(askStrength, 300);
        });
    }
    // Back from where the login led, the page may be as it was left.
    addEventListener("pageshow", () => busy(""));
    const told = parseInt(seconds.textContent, 10);
    if (told > 0) countDown(told);
}
