// The account page, quicker and kinder; without this it works by plain forms. Every text comes from the
// page, which has it in the visitor's language.

import { Auth } from "./auth.js";

const byID = (id) => document.getElementById(id);
const language = document.documentElement.lang;

// Logging out here is told to the other tabs; what ends sessions elsewhere is asked about first.
document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !confirm(question)) event.preventDefault();
});
new Auth();

for (const time of document.querySelectorAll("time")) {
    const style = { dateStyle: "medium", ...(time.dataset.precision === "day" ? {} : { timeStyle: "short" }) };
    time.textContent = new Intl.DateTimeFormat(language, style).format(new Date(time.dateTime));
}

// -- Passwords

function duration(left) {
    const [number, unit] = left < 100 ? [left, "second"] : [Math.ceil(left / 60), "minute"];
    return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(number);
}

function reveal(button, shown) {
    byID(button.getAttribute("aria-controls")).type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", shown);
}

const form = byID("password"), password = byID("new_password"), meter = byID("score"), advice = byID("advice");
const buttons = form.querySelectorAll(".reveal");
for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => reveal(button, button.getAttribute("aria-pressed") === "false"));
}
// A password manager looks for passwords that are hidden.
form.addEventListener("submit", () => buttons.forEach((button) => reveal(button, false)));

// The time to wait runs down, and until then the button does nothing but keep its place for the keyboard.
const submit = form.querySelector("[type=submit]"), wait = byID("wait"), seconds = byID("seconds");
const waitUntil = Date.now() + (parseInt(seconds?.textContent, 10) || 0) * 1000;
form.addEventListener("submit", (event) => {
    if (waitUntil <= Date.now()) return;
    event.preventDefault();
    byID("message").focus();
});

function tick() {
    const left = Math.ceil((waitUntil - Date.now()) / 1000);
    if (left > 0) {
        seconds.textContent = duration(left);
        return void setTimeout(tick, 500);
    }
    wait.hidden = true;
    submit.removeAttribute("aria-disabled");
}
if (wait) {
    submit.setAttribute("aria-disabled", "true");
    tick();
}

function text(code) {
    const all = byID("texts").content;
    return (all.querySelector(`[data-code="${CSS.escape(code)}"]`) ?? all.querySelector("[data-code=field_other]")).dataset.text;
}

let asking, pause;

// What the server thinks of it so far. No answer is no trouble: it decides when the form is sent.
async function askStrength() {
    asking?.abort();
    asking = new AbortController();
    if (!password.value) {
        meter.hidden = true;
        advice.textContent = "";
        return;
    }
    try {
        const answer = await fetch("/auth/strength", {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ password: password.value, username: byID("username").value, email: form.dataset.email }),
            signal: asking.signal,
        });
        if (!answer.ok) return;
        const { acceptable, score, errors } = await answer.json();
        meter.value = score;
        meter.hidden = false;
        advice.textContent = text(acceptable ? `strength_${score}` : `field_${errors[0].code}`);
        if (!acceptable) return;
        byID("new_password-error").textContent = "";
        password.removeAttribute("aria-invalid");
    } catch { /* a newer question, or no network */ }
}

password.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(askStrength, 300);
});
