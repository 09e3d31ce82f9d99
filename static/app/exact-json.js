// Numbers with all their digits: JSON.parse alone rounds what a number of JavaScript cannot hold.

const DIGITS = /^-?\d{16,}$/;

/** As JSON.parse, but integers that a number cannot hold are BigInt, and other numbers of more digits their text. */
export function parseExact(text) {
  return JSON.parse(text, (_, value, context) => {
    if (typeof value !== "number") return value;
    const source = context?.source ?? "";
    if (DIGITS.test(source)) return Number.isSafeInteger(value) ? value : BigInt(source);
    return source.length > 16 && significant(source) !== significant(String(value)) ? (JSON.rawJSON?.(source) ?? source) : value;
  });
}

/** As JSON.stringify, of what `parseExact` answers. */
export function exactText(value, indent) {
  return JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? (JSON.rawJSON?.(String(inner)) ?? String(inner)) : inner), indent);
}

/** Whether it is one value, however many digits it has. */
export const isSingle = (value) => typeof value !== "object" || value === null || (JSON.isRawJSON?.(value) ?? false);

// The digits that count: neither a sign, a point and an exponent, nor noughts around them.
const significant = (number) => number.replace(/e.*$/i, "").replace(/[^\d]/g, "").replace(/^0+|0+$/g, "");
