-- A small shop for tools, pots and seeds, to look at without any database at hand.
-- Every row is computed from its number, so that the file is the same wherever it is made.

-- What the shop sells is sorted into a tree of two levels.
CREATE TABLE categories (
  id        INTEGER PRIMARY KEY,
  parent_id INTEGER REFERENCES categories (id), -- null at the top
  name      VARCHAR(60) NOT NULL UNIQUE
);

INSERT INTO categories (id, parent_id, name) VALUES
  (1, NULL, 'Tools'),
  (2, NULL, 'Pots'),
  (3, NULL, 'Seeds'),
  (4, 1, 'Cutting'),
  (5, 1, 'Digging'),
  (6, 2, 'Clay'),
  (7, 2, 'Hanging'),
  (8, 3, 'Herbs'),
  (9, 3, 'Vegetables');

CREATE TABLE products (
  id           INTEGER PRIMARY KEY,
  category_id  INTEGER NOT NULL REFERENCES categories (id),
  sku          CHAR(8) NOT NULL UNIQUE,
  name         VARCHAR(120) NOT NULL,
  price        DECIMAL(10, 2) NOT NULL CHECK (price > 0), -- of one, with tax
  stock        INTEGER NOT NULL DEFAULT 0 CHECK (stock >= 0),
  attributes   JSON CHECK (attributes IS NULL OR json_valid(attributes)),
  discontinued BOOLEAN NOT NULL DEFAULT FALSE
);

CREATE INDEX products_by_category ON products (category_id, name);

WITH listed (id, category_id, name, price, attributes) AS (
  VALUES
    (1, 4, 'Pruning shears', 24.90, '{"blade_cm": 6, "colours": ["red"]}'),
    (2, 4, 'Hedge shears', 39.50, '{"blade_cm": 22}'),
    (3, 4, 'Grafting knife', 18.00, '{"blade_cm": 5, "folding": true}'),
    (4, 4, 'Folding saw', 27.75, '{"blade_cm": 18, "folding": true}'),
    (5, 5, 'Spade', 44.00, '{"handle": "ash"}'),
    (6, 5, 'Hand trowel', 9.90, '{"handle": "beech", "colours": ["green", "black"]}'),
    (7, 5, 'Garden fork', 41.20, '{"handle": "ash", "tines": 4}'),
    (8, 5, 'Dibber', 7.50, NULL),
    (9, 6, 'Clay pot 12 cm', 3.40, '{"diameter_cm": 12}'),
    (10, 6, 'Clay pot 18 cm', 5.90, '{"diameter_cm": 18}'),
    (11, 6, 'Clay pot 30 cm', 14.80, '{"diameter_cm": 30}'),
    (12, 6, 'Saucer 18 cm', 2.60, '{"diameter_cm": 18}'),
    (13, 7, 'Hanging basket', 12.30, '{"diameter_cm": 30, "liner": "coir"}'),
    (14, 7, 'Wall planter', 19.90, '{"colours": ["white", "grey"]}'),
    (15, 8, 'Basil', 2.20, '{"grams": 2, "sow": ["April", "May"]}'),
    (16, 8, 'Thyme', 2.20, '{"grams": 1, "sow": ["March", "April"]}'),
    (17, 8, 'Coriander', 1.90, '{"grams": 5, "sow": ["April", "August"]}'),
    (18, 8, 'Parsley', 1.90, '{"grams": 3, "sow": ["March"]}'),
    (19, 9, 'Tomato "Heart of the Ox"', 3.10, '{"grams": 1, "sow": ["February"]}'),
    (20, 9, 'Carrot', 2.10, '{"grams": 4, "sow": ["March", "June"]}'),
    (21, 9, 'Climbing bean', 3.60, '{"grams": 40, "sow": ["May"]}'),
    (22, 9, 'Courgette', 2.80, '{"grams": 3, "sow": ["May"]}'),
    (23, 9, 'Pumpkin', 2.90, '{"grams": 4, "sow": ["May"]}'),
    (24, 9, 'Lamb''s lettuce', 2.40, '{"grams": 2, "sow": ["August"]}')
)
INSERT INTO products (id, category_id, sku, name, price, stock, attributes, discontinued)
SELECT id, category_id, printf('%s-%05d', upper(substr(name, 1, 2)), id * 37), name, price,
       id * 29 % 83, attributes, id IN (3, 14)
FROM listed;

CREATE TABLE customers (
  id            INTEGER PRIMARY KEY,
  email         VARCHAR(254) NOT NULL,
  first_name    VARCHAR(60) NOT NULL,
  last_name     VARCHAR(60) NOT NULL,
  full_name     TEXT GENERATED ALWAYS AS (first_name || ' ' || last_name) VIRTUAL,
  born          DATE, -- asked for a present on the day; may be left out
  newsletter    BOOLEAN NOT NULL DEFAULT FALSE,
  registered_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- One account for each address, however it is capitalised.
CREATE UNIQUE INDEX customers_by_email ON customers (lower(email));

WITH RECURSIVE
  numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 36),
  firsts (at, name) AS (
    VALUES (0, 'Ada'), (1, 'Bilal'), (2, 'Chiara'), (3, 'Dmitri'), (4, 'Elif'), (5, 'Femi'),
           (6, 'Grete'), (7, 'Hana'), (8, 'Ivo'), (9, 'José'), (10, 'Kaya'), (11, 'Linh')
  ),
  lasts (at, name) AS (
    VALUES (0, 'Andersen'), (1, 'Okafor'), (2, 'Rossi'), (3, 'Müller'), (4, 'Nguyen'),
           (5, 'Silva'), (6, 'Kowalska')
  )
INSERT INTO customers (id, email, first_name, last_name, born, newsletter, registered_at)
SELECT n, printf('customer%02d@example.com', n), firsts.name, lasts.name,
       CASE WHEN n % 4 THEN date('1958-03-09', (n * 431) || ' days') END,
       n % 3 = 0,
       datetime('2024-02-01 08:15:00', (n * 5) || ' days', (n * 47) || ' minutes')
FROM numbers
JOIN firsts ON firsts.at = n % 12
JOIN lasts ON lasts.at = n * 5 % 7;

CREATE TABLE addresses (
  id          INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  street      VARCHAR(120) NOT NULL,
  postcode    VARCHAR(12) NOT NULL, -- text: some begin with a zero
  city        VARCHAR(60) NOT NULL,
  country     CHAR(2) NOT NULL DEFAULT 'DE' CHECK (length(country) = 2),
  is_default  BOOLEAN NOT NULL DEFAULT TRUE
);

CREATE UNIQUE INDEX one_default_address ON addresses (customer_id) WHERE is_default;

WITH RECURSIVE
  numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 41),
  streets (at, name) AS (
    VALUES (0, 'Lindenweg'), (1, 'Am Markt'), (2, 'Rue des Lilas'), (3, 'Via Roma'),
           (4, 'Kirchgasse')
  ),
  cities (at, postcode, name, country) AS (
    VALUES (0, '04109', 'Leipzig', 'DE'), (1, '1010', 'Wien', 'AT'), (2, '69001', 'Lyon', 'FR'),
           (3, '20121', 'Milano', 'IT'), (4, '50667', 'Köln', 'DE'), (5, '8001', 'Zürich', 'CH')
  )
INSERT INTO addresses (id, customer_id, street, postcode, city, country, is_default)
SELECT n + 1, n % 36 + 1, streets.name || ' ' || (n * 7 % 90 + 1), cities.postcode, cities.name,
       cities.country, n < 36
FROM numbers
JOIN streets ON streets.at = n * 3 % 5
JOIN cities ON cities.at = n * 5 % 6;

CREATE TABLE orders (
  id          INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers (id),
  address_id  INTEGER NOT NULL REFERENCES addresses (id),
  status      VARCHAR(10) NOT NULL DEFAULT 'new'
              CHECK (status IN ('new', 'paid', 'shipped', 'delivered', 'cancelled')),
  placed_at   DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
  shipped_at  DATETIME,
  note        TEXT, -- the customer's own words
  CHECK (shipped_at IS NULL OR shipped_at >= placed_at)
);

CREATE INDEX orders_by_customer ON orders (customer_id, placed_at DESC);
CREATE INDEX open_orders ON orders (placed_at) WHERE status IN ('new', 'paid');

WITH RECURSIVE
  numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 80),
  placed (n, customer_id, status, at) AS (
    SELECT n, n * 11 % 36 + 1,
           CASE
             WHEN n % 13 = 0 THEN 'cancelled'
             WHEN n < 66 THEN 'delivered'
             WHEN n < 72 THEN 'shipped'
             WHEN n < 77 THEN 'paid'
             ELSE 'new'
           END,
           datetime('2025-03-01 07:40:00', (n * 3) || ' days', (n * 97 % 720) || ' minutes')
    FROM numbers
  )
INSERT INTO orders (id, customer_id, address_id, status, placed_at, shipped_at, note)
SELECT n, customer_id, customer_id, status, at,
       CASE WHEN status IN ('shipped', 'delivered') THEN datetime(at, (n % 3 + 1) || ' days') END,
       CASE n % 10 WHEN 3 THEN 'Please leave it with the neighbours.' WHEN 7 THEN 'A present 🎁' END
FROM placed;

-- The price is kept as it was on the day of the order.
CREATE TABLE order_items (
  order_id   INTEGER NOT NULL REFERENCES orders (id) ON DELETE CASCADE,
  line       SMALLINT NOT NULL CHECK (line > 0),
  product_id INTEGER NOT NULL REFERENCES products (id),
  quantity   SMALLINT NOT NULL DEFAULT 1 CHECK (quantity BETWEEN 1 AND 99),
  unit_price DECIMAL(10, 2) NOT NULL,
  total      DECIMAL(10, 2) GENERATED ALWAYS AS (round(quantity * unit_price, 2)) STORED,
  PRIMARY KEY (order_id, line)
) WITHOUT ROWID;

CREATE INDEX order_items_by_product ON order_items (product_id);

INSERT INTO order_items (order_id, line, product_id, quantity, unit_price)
SELECT orders.id, lines.line, products.id, orders.id * lines.line % 4 + 1, products.price
FROM orders
JOIN (SELECT column1 AS line FROM (VALUES (1), (2), (3))) AS lines
  ON lines.line <= orders.id * 7 % 3 + 1
JOIN products ON products.id = (orders.id * 13 + lines.line * 5) % 24 + 1;

CREATE TABLE payments (
  id          INTEGER PRIMARY KEY,
  order_id    INTEGER NOT NULL UNIQUE REFERENCES orders (id),
  method      VARCHAR(10) NOT NULL CHECK (method IN ('card', 'invoice', 'transfer')),
  amount      DECIMAL(10, 2) NOT NULL CHECK (amount > 0),
  received_at DATETIME NOT NULL,
  reference   BLOB -- the bank's, as it came
);

INSERT INTO payments (order_id, method, amount, received_at, reference)
SELECT orders.id,
       CASE orders.id % 3 WHEN 0 THEN 'invoice' WHEN 1 THEN 'card' ELSE 'transfer' END,
       round(sum(order_items.total), 2),
       datetime(orders.placed_at, (orders.id % 48) || ' hours'),
       CAST(printf('%08X', orders.id * 2654435761 % 4294967296) AS BLOB)
FROM orders
JOIN order_items ON order_items.order_id = orders.id
WHERE orders.status IN ('paid', 'shipped', 'delivered')
GROUP BY orders.id
ORDER BY orders.id;

CREATE TABLE reviews (
  id          INTEGER PRIMARY KEY,
  product_id  INTEGER NOT NULL REFERENCES products (id) ON DELETE CASCADE,
  customer_id INTEGER REFERENCES customers (id) ON DELETE SET NULL,
  rating      TINYINT NOT NULL CHECK (rating BETWEEN 1 AND 5),
  body        TEXT,
  written_on  DATE NOT NULL,
  UNIQUE (product_id, customer_id)
);

WITH bodies (at, body) AS (
  VALUES (0, 'Exactly as described.'), (1, 'Quick, and well packed.'), (2, NULL),
         (3, 'Sturdy, and good to hold.'), (4, 'One arrived broken, and was replaced at once.')
)
INSERT INTO reviews (product_id, customer_id, rating, body, written_on)
SELECT order_items.product_id, orders.customer_id, 5 - orders.id % 7 / 2, bodies.body,
       date(min(orders.shipped_at), '9 days')
FROM orders
JOIN order_items ON order_items.order_id = orders.id AND order_items.line = 1
JOIN bodies ON bodies.at = orders.id % 5
WHERE orders.status = 'delivered' AND orders.id % 2 = 0
GROUP BY order_items.product_id, orders.customer_id
ORDER BY min(orders.id);

-- What each order comes to, and whether it is paid.
CREATE VIEW order_totals AS
SELECT orders.id AS order_id, orders.placed_at, customers.full_name AS customer, orders.status,
       round(sum(order_items.total), 2) AS total, payments.received_at AS paid_at
FROM orders
JOIN customers ON customers.id = orders.customer_id
JOIN order_items ON order_items.order_id = orders.id
LEFT JOIN payments ON payments.order_id = orders.id
GROUP BY orders.id;

-- What sells, and how it is liked.
CREATE VIEW product_sales AS
SELECT products.id AS product_id, products.name, categories.name AS category,
       (SELECT coalesce(sum(quantity), 0)
        FROM order_items
        JOIN orders ON orders.id = order_items.order_id AND orders.status <> 'cancelled'
        WHERE order_items.product_id = products.id) AS sold,
       (SELECT round(avg(rating), 1) FROM reviews WHERE product_id = products.id) AS rating
FROM products
JOIN categories ON categories.id = products.category_id;

ANALYZE;
