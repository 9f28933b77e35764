// Accounts for a site's own pages: docs/front-end.md. The token stays in memory, and a page with
// the user it has shown, whoever logs in elsewhere.

const NEWS = 250, PATIENCE = 20_000;  // ms, for another tab's news and for an answer

export class AuthError extends Error {
    constructor(status, { code, detail, errors = [] }, retryAfter = 0) {
        super(detail ?? code);
        Object.assign(this, { status, code, errors, retryAfter });
    }

    static async of(answer) {
        const problem = await answer.json().catch(() => ({}));
        return new AuthError(answer.status, problem, Number(answer.headers.get("Retry-After")));
    }
}

export class Auth extends EventTarget {
    #base; #channel; #user; #bound; #token;
    #turn = 0;  // of logins and logouts: an earlier one's answers change nothing
    #heard = 0;  // news from other tabs

    constructor({ base = location.origin } = {}) {
        super();
        this.#base = new URL(base, location).origin;
        this.#channel = new BroadcastChannel(`fcgi-auth ${this.#base}`);
        this.#channel.onmessage = ({ data }) => {
            this.#heard += 1;
            this.#take(data);
        };
        document.addEventListener("submit", (event) => this.#submitted(event));
        document.addEventListener("visibilitychange", () => {
            if (!document.hidden && this.#token) this.fetch(`${this.#base}/auth/me`).catch(() => {});
        });
    }

    get user() { return this.#user ?? null; }

    login(fields) { return this.#enter("login", fields); }

    signup(fields) { return this.#enter("signup", fields); }

    async logout(scope = "local") {
        const news = scope !== "others" && { user: null };
        if (news) this.#take(news);
        await this.#locked(() => this.#call("logout", { scope }));
        if (news) this.#tell(news);
    }

    async me() {
        this.#bound = null;
        if (!this.#token && !await this.#renew()) return null;
        const answer = await this.fetch(`${this.#base}/auth/me`);
        if (answer.status === 401) return this.user;
        if (!answer.ok) throw await AuthError.of(answer);
        const { user } = await answer.json();
        this.#bound = user.id;
        return user;
    }

    async fetch(input, init) {
        const once = init?.body instanceof ReadableStream || input.body;  // a stream is never sent again
        const request = new Request(input, init);
        if (![this.#base, location.origin].includes(new URL(request.url).origin)) return fetch(request);
        if (!this.#token && (this.#bound || this.#user === undefined)) await this.#renew();
        const [turn, token] = [this.#turn, this.#token];
        const answer = await this.#send(once ? request : request.clone());
        if (answer.status !== 401 || once || turn !== this.#turn) return answer;
        return await this.#renew(token) && turn === this.#turn ? this.#send(request) : answer;
    }

    #send(request) {
        if (this.#token) request.headers.set("Authorization", `Bearer ${this.#token}`);
        return fetch(request);
    }

    async #call(what, fields = {}) {
        const answer = await fetch(`${this.#base}/auth/${what}`, {
            method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(fields),
            credentials: "include", signal: AbortSignal.timeout(PATIENCE),
        });
        if (!answer.ok) throw await AuthError.of(answer);
        return answer.status === 204 ? null : answer.json();
    }

    #tell(news) { this.#channel.postMessage(news); }

    #locked(work, how) { return navigator.locks.request(this.#channel.name, how, work); }

    #enter(what, fields) {
        const turn = ++this.#turn;
        return this.#locked(async () => {
            const news = await this.#call(what, fields);
            this.#tell(news);
            if (turn !== this.#turn) return null;
            this.#bound = null;
            this.#take(news);
            return news.user;
        });
    }

    // Whether there is a new token, from here or another tab.
    async #renew(refused = this.#token) {
        const [turn, heard] = [this.#turn, this.#heard];
        const work = async (waited) => {
            // What was just told may still be on its way.
            if (waited && heard === this.#heard) await new Promise((done) => setTimeout(done, NEWS));
            if (turn !== this.#turn || this.#token !== refused) return true;
            const news = await this.#call("refresh").catch((error) => {
                if (![401, 403].includes(error.status)) throw error;
                return { user: null };
            });
            if (turn !== this.#turn) return true;
            this.#tell(news);
            this.#take(news);
            if (news.user && !this.#token) throw new AuthError(401, { code: "user_changed" });
            return true;
        };
        await this.#locked((lock) => lock && work(), { ifAvailable: true }) ?? await this.#locked(() => work(true));
        return Boolean(this.#token);
    }

    // Another user than the page has shown is nobody here until `me()`.
    #take({ user, access_token: token }) {
        const before = this.#user?.id, fits = user && (this.#bound ?? user.id) === user.id;
        [this.#user, this.#token] = fits ? [user, token] : [null, null];
        if (fits) this.#bound = user.id;
        if (fits && before === user.id) return;
        this.#turn += 1;
        if (before || user) this.dispatchEvent(new CustomEvent("change", { detail: user }));
    }

    // Of a plain log-out form the other tabs hear first.
    #submitted(event) {
        const form = event.target, [action] = form.action.split("?");
        const scope = new FormData(form, event.submitter).get("scope") ?? "local";
        if (event.defaultPrevented || action !== `${this.#base}/auth/logout` || scope === "others") return;
        event.preventDefault();
        this.logout(scope).catch(() => {}).finally(() => form.submit());
    }
}
