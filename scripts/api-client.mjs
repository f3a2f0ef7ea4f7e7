/** What the launcher asks the API. */
import { setTimeout as sleep } from 'node:timers/promises';

const readyTimeoutMs = 60_000;
const requestTimeoutMs = 10_000;

/** @param {string} url @param {AbortSignal} signal */
export async function waitUntilReady(url, signal) {
  let last = 'no answer';
  for (const deadline = Date.now() + readyTimeoutMs; Date.now() < deadline; await sleep(100, undefined, { signal })) {
    try {
      const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(requestTimeoutMs) });
      last = `status ${response.status}: ${await response.text()}`;
      if (response.status === 200) return;
    } catch (error) {
      last = causeOf(error);
    }
  }
  throw new Error(`The API is not ready after ${readyTimeoutMs / 1000} s (${last}).`);
}

/** @param {string} url @param {string} adminToken @returns {Promise<string>} a token for one enrolment */
export async function createEnrollToken(url, adminToken) {
  const response = await post(`${url}/v1/enroll-tokens`, adminToken);
  const text = await response.text();
  if (response.status !== 201) throw new Error(`The API gives no enrolment token (status ${response.status}): ${text}`);
  return JSON.parse(text).token;
}

/**
 * An empty batch is refused either way: as unauthorised, or as empty.
 * @param {string} url
 * @param {string} credential
 */
export async function isCredentialGood(url, credential) {
  const response = await post(`${url}/v1/batches`, credential, '{}');
  await response.body?.cancel();
  return response.status !== 401 && response.status !== 403;
}

/** @param {string} url @param {string} token @param {string} [body] */
function post(url, token, body) {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  return fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, ...type },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(requestTimeoutMs),
  });
}

/** @param {unknown} error */
function causeOf(error) {
  const { message, cause } = /** @type {Error & { cause?: Error }} */ (error);
  return cause?.message || message;
}
