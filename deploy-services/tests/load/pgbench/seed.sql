-- Eight stores with :products products between them, numbered: pgbench draws numbers.
INSERT INTO store.owner (user_id) VALUES ('00000000-0000-7000-8000-000000000001');
INSERT INTO store.store (id, owner_id, name, description, version)
  SELECT lpad(to_hex(s), 32, '0')::uuid, '00000000-0000-7000-8000-000000000001', 'Store ' || s, '', 1
  FROM generate_series(0, 7) s;
INSERT INTO store.product (id, store_id, name, description, price, currency, version)
  SELECT lpad(to_hex(p), 32, '0')::uuid, lpad(to_hex(p % 8), 32, '0')::uuid, 'Product ' || p, '', 2100, 'EUR', 1
  FROM generate_series(1, :products) p;
INSERT INTO store.stock (product_id, store_id, available, received, version)
  SELECT id, store_id, 1000000000, 1000000000, 1 FROM store.product;
VACUUM ANALYZE;
CHECKPOINT;
