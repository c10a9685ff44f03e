/**
 * Asks SpanLedger whether a call may be made, and says what it cost. No dependency: copy this file, or import it.
 *
 *   const budgets = new BudgetClient("http://127.0.0.1:4318", { token: "..." });
 *   const answer = await budgets.check({ team: "research" }, { model: "gpt-4o", input_tokens: 900, output_tokens: 400 });
 *   if (answer.isAllowed) {
 *     // call the model; put answer.reservationId on its span as spanledger.reservation.id, or settle here
 *     await budgets.settle(answer, { usd: "0.0061", tokens: 1288 });
 *   }
 *
 * Every question has a deadline. When no answer comes in time, what the budgets themselves say is done, as the last
 * answer for this scope told (when_unreachable), before the first answer what the client was made with.
 */

export const RESERVATION_TAG = "spanledger.reservation.id";
const GRANTED = ["allow", "warn", "slow"];

/** The service refused the question itself: wrong field, token, reservation. Asking again will not help. */
export class BudgetRequestError extends Error {}

export class BudgetClient {
  #url;
  #headers;
  #default;
  #choices = new Map();
  #unwanted = [];

  constructor(url, { token, deadlineMs = 250, whenUnreachable = "allow" } = {}) {
    this.#url = url.replace(/\/+$/, "");
    this.#headers = { "content-type": "application/json", ...(token ? { authorization: `Bearer ${token}` } : {}) };
    this.#default = { deadlineMs, choice: whenUnreachable };
  }

  /** May a call of this scope be made, that may take so much? Throws BudgetRequestError. */
  async check(scope, estimate, { calls = 1, priority = 50, ttlS = 900, approval } = {}) {
    const key = JSON.stringify(Object.entries(scope).sort());
    const { choice, deadlineMs } = this.#choices.get(key) ?? this.#default;
    const name = crypto.randomUUID();
    const asked = { scope, estimate, calls, priority, ttl_s: ttlS, reservation_id: name, ...(approval && { approval }) };
    const said = await this.#ask("/v1/budget/check", asked, deadlineMs);
    if (said === null) {
      if (choice === "deny") this.#unwanted.push(name);
      const reason = `no answer within ${deadlineMs} ms; the budgets of this scope say ${choice} then`;
      return { verdict: choice, isAllowed: choice === "allow", isFallback: true, reservationId: name, reasons: [reason], waitMs: 0 };
    }
    this.#choices.set(key, { choice: said.when_unreachable, deadlineMs: said.deadline_ms ?? this.#default.deadlineMs });
    for (const unwanted of this.#unwanted.splice(0)) {
      this.#ask("/v1/budget/release", { reservation_id: unwanted }, 1000).catch(() => {}); // never granted
    }
    return {
      verdict: said.verdict,
      isAllowed: GRANTED.includes(said.verdict),
      isFallback: false,
      reservationId: name,
      reasons: said.reasons,
      waitMs: said.wait_ms ?? 0,
      said,
    };
  }

  /** Say what it cost: usd, tokens, steps. False where nobody heard it in time: the spans of the call tell it too. */
  settle(answer, spent) {
    return this.#close("/v1/budget/settle", answer, { spent });
  }

  /** Give back what will not be used. False where nobody heard it in time: it expires by itself. */
  release(answer) {
    return this.#close("/v1/budget/release", answer, {});
  }

  async #close(path, answer, more) {
    try {
      return (await this.#ask(path, { reservation_id: answer.reservationId, ...more }, this.#default.deadlineMs)) !== null;
    } catch (error) {
      if (error instanceof BudgetRequestError && answer.isFallback) return false; // it was never granted
      throw error;
    }
  }

  /** The answer; null where none came in time. */
  async #ask(path, body, deadlineMs) {
    let response;
    let said;
    try {
      response = await fetch(this.#url + path, {
        method: "POST",
        headers: this.#headers,
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(deadlineMs),
      });
      said = await response.json();
    } catch {
      return null; // not reached, not in time, or no JSON
    }
    if (response.status >= 500 || response.status === 429) return null;
    if (response.status !== 200) throw new BudgetRequestError(`${path} answered ${response.status}: ${said.error}`);
    return said;
  }
}
