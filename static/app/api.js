// Calls of the API. The token lives in this tab alone and travels in a header, never in a URL.

const BASE = "api/v1";

export const session = {
  get token() {
    return sessionStorage.getItem("token");
  },
  set token(token) {
    if (token) sessionStorage.setItem("token", token);
    else sessionStorage.removeItem("token");
  },
};

export class ApiError extends Error {
  constructor(status, body) {
    super(body.message);
    this.status = status;
    this.hint = body.error?.hint ?? "";
    this.data = body.data;
    this.requestId = body.error?.request_id ?? "";
  }
}

export async function call(method, path, body) {
  const headers = {};
  if (session.token) headers.Authorization = `Bearer ${session.token}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(`${BASE}${path}`, {
    method,
    headers,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  if (answer.status === "error") throw new ApiError(response.status, answer);
  return answer.data;
}
