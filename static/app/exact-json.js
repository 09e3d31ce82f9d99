// Integers beyond 2^53 with all their digits: JSON.parse alone rounds them.

const DIGITS = /^-?\d{16,}$/;

/** As JSON.parse, but integers that a number cannot hold are BigInt. */
export function parseExact(text) {
  return JSON.parse(text, (_, value, context) => {
    const rounded = typeof value === "number" && !Number.isSafeInteger(value) && DIGITS.test(context?.source ?? "");
    return rounded ? BigInt(context.source) : value;
  });
}
