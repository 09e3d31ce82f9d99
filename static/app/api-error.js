// What went wrong with a call, in words and in parts.

/** A call that failed. `message` is the plain cause, `hint` the next step. */
export class ApiError extends Error {
  /** @param {{message: string, hint?: string, code?: string, status?: number, requestId?: string, details?: object, data?: any}} parts */
  constructor({ message, hint = "", code = "", status = 0, requestId = "", details = {}, data = null }) {
    super(message);
    this.name = "ApiError";
    Object.assign(this, { hint, code, status, requestId, details: details ?? {}, data });
  }

  /** The JSON path of the field that is wrong, or "". */
  get path() {
    return this.details.path ?? "";
  }
}

/** The error that an answer is; one that is no envelope came from something between. */
export function fromAnswer(response, answer) {
  const requestId = answer?.error?.request_id ?? response.headers.get("X-Request-Id") ?? "";
  if (!answer?.message) {
    return new ApiError({
      message: `The answer was ${response.status}, and not from Headwater.`,
      hint: "If a proxy stands before the server, look into its log.",
      code: "bad_answer",
      status: response.status,
      requestId,
    });
  }
  const { code, hint, details } = answer.error ?? {};
  return new ApiError({ message: answer.message, hint, code, details, data: answer.data, status: response.status, requestId });
}

export function unreachable(message = "The server cannot be reached.") {
  return new ApiError({
    message,
    hint: "Check that Headwater is still running and that this machine is online, then try again.",
    code: "unreachable",
  });
}

/** The error of a part of the page that did not come. */
export function notLoaded() {
  return new ApiError({ message: "This screen could not be loaded.", hint: "Check that Headwater is still running, then try again.", code: "unreachable" });
}
