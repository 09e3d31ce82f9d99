// Writes recorded.json: documents, and what mongodb-schema finds in them.
//
//   npm install mongodb-schema@12 bson@7 && node record.mjs > recorded.json
//
// In a folder that has both packages; the test `the_same_as_a_peer` reads the file.
import { EJSON, ObjectId, Long, Decimal128, Binary, UUID, Timestamp, MinKey, BSONRegExp, Int32, Double } from 'bson';
import { parseSchema } from 'mongodb-schema';

// The same documents every time.
let seed = 7;
const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
const pick = (list) => list[Math.floor(random() * list.length)];
const some = (share, value) => (random() < share ? value() : undefined);
const list = (most, make) => Array.from({ length: Math.floor(random() * (most + 1)) }, make);
const int = (n) => new Int32(Math.floor(n));

const address = () => ({ city: pick(['Ulm', 'Bonn', 'Kiel']), ...some(0.4, () => ({ geo: { type: 'Point', coordinates: [new Double(random() * 9 + 0.5), new Double(random() * 9 + 0.5)] } })) });
const line = () => ({ sku: pick(['a1', 'b2', 'c3']), n: pick([int(1), new Long(2), new Double(1.5)]), ...some(0.3, () => ({ note: pick([null, 'gift']) })) });

const document = (n) => ({
  _id: pick([new ObjectId(String(n).padStart(24, '0'))]),
  status: pick(['new', 'paid', 'sent']),
  total: pick([Decimal128.fromString('9.99'), int(5), new Double(2.5), new Long(7)]),
  ...some(0.7, () => ({ address: random() < 0.1 ? 'unknown' : address() })),
  lines: list(4, line),
  ...some(0.5, () => ({ tags: list(3, () => pick(['x', 'y', int(1), null])) })),
  ...some(0.2, () => ({ matrix: list(3, () => list(2, () => int(random() * 9))) })),
  ...some(0.6, () => ({ at: new Date(Math.floor(1.7e12 + random() * 1e9)) })),
  ...some(0.3, () => ({ removed: pick([null, true, false]) })),
  ...some(0.1, () => ({ rare: pick([new UUID('0d9e8f7a-6b5c-4d3e-8f1a-0b9c8d7e6f5a'), new Binary(Buffer.from('ab'), 0), new Timestamp({ t: 5, i: 1 }), new MinKey(), new BSONRegExp('^a', 'i')]) })),
  'odd.name $': { '': int(n), deep: { er: { est: [{ a: [{ b: int(n) }] }] } } },
});

// The names of $type for the package's own.
const ALIASES = {
  Document: 'object', Array: 'array', String: 'string', Int32: 'int', Long: 'long', Double: 'double', Decimal128: 'decimal',
  ObjectId: 'objectId', Date: 'date', Null: 'null', Boolean: 'bool', Binary: 'binData', UUID: 'binData', Timestamp: 'timestamp',
  MinKey: 'minKey', BSONRegExp: 'regex',
};

// Each path: in how many of the objects around it, and the share of each type among its values.
function tell(fields, told, around) {
  for (const field of fields) {
    const path = [...around, field.name];
    types(field, field.types.filter((t) => t.name !== 'Undefined'), field.probability, path, told);
  }
}

function types(place, seen, presence, path, told) {
  const total = seen.reduce((sum, type) => sum + type.count, 0);
  const shares = {};
  for (const type of seen) {
    const alias = ALIASES[type.bsonType] ?? `?${type.bsonType}`;
    shares[alias] = (shares[alias] ?? 0) + type.count / total;
  }
  told.push({ path, presence, types: shares });
  for (const type of seen) {
    if (type.bsonType === 'Document') tell(type.fields, told, path);
    if (type.bsonType === 'Array') types(type, type.types, null, [...path, '[]'], told);
  }
}

const documents = Array.from({ length: 100 }, (_, n) => document(n));
const schema = await parseSchema(documents, { storeValues: false });
const told = [];
tell(schema.fields, told, []);
const lines = (items) => items.map((item) => `  ${item}`).join(',\n');
console.log(`{"documents": [\n${lines(documents.map((d) => EJSON.stringify(d, { relaxed: false })))}\n], "told": [\n${lines(told.map((t) => JSON.stringify(t)))}\n]}`);
