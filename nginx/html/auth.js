// Accounts for a site's own pages: docs/front-end.md.

const NEWS = 250, PATIENCE = 20_000;  // ms, for other tabs' news and for an answer

export class AuthError extends Error {
    constructor(status, { code, detail, errors = [] }, retryAfter = 0) {
        super(detail ?? code);
        Object.assign(this, { status, code, errors, retryAfter });
    }

    static async of(answer) {
        const { status, headers } = answer, problem = await answer.json().catch(() => ({}));
        return new AuthError(status, problem, Number(headers.get("Retry-After")));
    }
}

export class Auth extends EventTarget {
    #base; #channel; #user; #bound; #token;
    #turn = 0;  // of users: an earlier one's answers count no more
    #own = 0;  // this page's logins and logouts: the last counts
    #heard = 0;  // other tabs' news

    constructor({ base = "" } = {}) {
        super();
        this.#base = new URL(base, location).origin;
        this.#channel = new BroadcastChannel(`fcgi-auth ${this.#base}`);
        this.#channel.onmessage = ({ data }) => { this.#heard += 1; this.#take(data); };
        document.addEventListener("submit", (event) => this.#submitted(event));
        document.addEventListener("visibilitychange", () => {
            if (!document.hidden && this.#token) this.fetch(this.#base + "/auth/me").catch(() => {});
        });
    }

    get user() { return this.#user ?? null; }
    login(fields) { return this.#enter("login", fields); }
    signup(fields) { return this.#enter("signup", fields); }

    async logout(scope = "local") {
        if (scope === "others") return this.#call("logout", { scope });
        this.#own += 1;
        this.#take({ user: null });
        await this.#locked(async () => {
            await this.#call("logout", { scope });
            this.#tell({ user: null });  // again, past a late answer elsewhere
        });
    }

    async me() {
        this.#bound = null;
        if (!this.#token && !await this.#renew()) return null;
        const answer = await this.fetch(this.#base + "/auth/me");
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
        const turn = this.#turn, token = this.#token, answer = await this.#send(once ? request : request.clone());
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

    #tell(news) {
        this.#channel.postMessage(news);
        this.#take(news);
    }
    #locked(work, how) { return navigator.locks.request(this.#channel.name, how, work); }

    #enter(what, fields) {
        const own = ++this.#own;
        return this.#locked(async () => {
            const news = await this.#call(what, fields);
            if (own !== this.#own) return null;
            this.#bound = null;
            this.#tell(news);
            return news.user;
        });
    }

    // Whether there is a new token, by this tab or another.
    async #renew(refused = this.#token) {
        const turn = this.#turn, heard = this.#heard;
        const work = async (waited) => {
            // News may be on their way.
            if (waited && heard === this.#heard) await new Promise((done) => setTimeout(done, NEWS));
            if (turn !== this.#turn || this.#token !== refused) return;
            const news = await this.#call("refresh").catch((error) =>
                [401, 403].includes(error.status) ? { user: null } : Promise.reject(error));
            if (turn !== this.#turn) return;
            this.#tell(news);
            if (news.user && !this.#token) throw new AuthError(401, { code: "user_changed" });
        };
        await this.#locked((lock) => lock ? work() : this.#locked(() => work(true)), { ifAvailable: true });
        return !!this.#token;
    }

    // Another user than the one shown is nobody here until `me()`.
    #take({ user, access_token: token }) {
        const before = this.#user?.id, fits = user && (this.#bound ?? user.id) === user.id;
        [this.#user, this.#token] = fits ? [user, token] : [null, null];
        if (fits && before === (this.#bound = user.id)) return;
        this.#turn += 1;
        if (before || user) this.dispatchEvent(new CustomEvent("change", { detail: user }));
    }

    // Other tabs hear of a plain form first.
    #submitted(event) {
        const form = event.target, { origin, pathname } = new URL(form.getAttribute("action"), location);
        if (event.defaultPrevented || origin + pathname !== this.#base + "/auth/logout") return;
        event.preventDefault();
        const scope = new FormData(form, event.submitter).get("scope") ?? "local";
        form.addEventListener("formdata", ({ formData }) => formData.set("scope", scope));
        const go = () => HTMLFormElement.prototype.submit.call(form);
        this.logout(scope).then(go, go);
    }
}
