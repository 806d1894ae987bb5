-- The peer: customers and their figures kept by row triggers, in the transaction that writes the row.
--
-- landing takes rows that are mapped and normalised already, so that the peer pays for nothing but writing and keeping.
-- Rows that share an identifier are one cluster. An insert joins clusters (the smaller ones move); a delete, or a change
-- of identifiers, takes the row out and looks at the rest of its cluster again, so un-merging is exact.

CREATE TABLE landing (
  row_key text PRIMARY KEY,
  means text NOT NULL,
  identifiers text[] NOT NULL,
  currency text NOT NULL,
  minor bigint NOT NULL,
  points bigint NOT NULL,
  at bigint
);

CREATE TABLE placed (row_key text PRIMARY KEY, cluster bigint NOT NULL);
CREATE INDEX placed_cluster ON placed (cluster);

CREATE TABLE identity (identifier text PRIMARY KEY, cluster bigint NOT NULL);
CREATE INDEX identity_cluster ON identity (cluster);

CREATE TABLE profile (
  cluster bigint PRIMARY KEY,
  row_count bigint NOT NULL DEFAULT 0,
  orders bigint NOT NULL DEFAULT 0,
  returns bigint NOT NULL DEFAULT 0,
  cny bigint NOT NULL DEFAULT 0,
  hkd bigint NOT NULL DEFAULT 0,
  mop bigint NOT NULL DEFAULT 0,
  sgd bigint NOT NULL DEFAULT 0,
  points bigint NOT NULL DEFAULT 0,
  coupons bigint NOT NULL DEFAULT 0,
  cases bigint NOT NULL DEFAULT 0,
  last_order_at bigint
);

CREATE SEQUENCE cluster_number;

-- What a row adds to its cluster, once (sign 1) or takes away (sign -1). The latest order is seen to by the caller.
CREATE FUNCTION add_row(target bigint, r landing, sign int) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  money bigint := sign * CASE r.means WHEN 'order' THEN r.minor WHEN 'return' THEN -r.minor ELSE 0 END;
BEGIN
  UPDATE profile SET
    row_count = row_count + sign,
    orders = orders + CASE WHEN r.means = 'order' THEN sign ELSE 0 END,
    returns = returns + CASE WHEN r.means = 'return' THEN sign ELSE 0 END,
    cny = cny + CASE WHEN r.currency = 'CNY' THEN money ELSE 0 END,
    hkd = hkd + CASE WHEN r.currency = 'HKD' THEN money ELSE 0 END,
    mop = mop + CASE WHEN r.currency = 'MOP' THEN money ELSE 0 END,
    sgd = sgd + CASE WHEN r.currency = 'SGD' THEN money ELSE 0 END,
    points = points + sign * r.points,
    coupons = coupons + CASE WHEN r.means = 'coupon' THEN sign ELSE 0 END,
    cases = cases + CASE WHEN r.means = 'case' THEN sign ELSE 0 END,
    last_order_at = CASE WHEN sign = 1 AND r.means = 'order'
      THEN greatest(coalesce(last_order_at, r.at), r.at) ELSE last_order_at END
  WHERE cluster = target;
END $$;

CREATE FUNCTION latest_order(target bigint) RETURNS void LANGUAGE sql AS $$
  UPDATE profile SET last_order_at = (
    SELECT max(l.at) FROM placed p JOIN landing l USING (row_key)
    WHERE p.cluster = target AND l.means = 'order')
  WHERE cluster = target
$$;

CREATE FUNCTION join_clusters(kept bigint, other bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE placed SET cluster = kept WHERE cluster = other;
  UPDATE identity SET cluster = kept WHERE cluster = other;
  UPDATE profile k SET
    row_count = k.row_count + o.row_count, orders = k.orders + o.orders, returns = k.returns + o.returns,
    cny = k.cny + o.cny, hkd = k.hkd + o.hkd, mop = k.mop + o.mop, sgd = k.sgd + o.sgd,
    points = k.points + o.points, coupons = k.coupons + o.coupons, cases = k.cases + o.cases,
    last_order_at = CASE WHEN k.last_order_at IS NULL THEN o.last_order_at
      WHEN o.last_order_at IS NULL THEN k.last_order_at ELSE greatest(k.last_order_at, o.last_order_at) END
  FROM profile o WHERE k.cluster = kept AND o.cluster = other;
  DELETE FROM profile WHERE cluster = other;
END $$;

CREATE FUNCTION place_row(r landing) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  found bigint[];
  kept bigint;
  other bigint;
BEGIN
  -- A fact that names nobody belongs to nobody.
  IF cardinality(r.identifiers) = 0 AND r.means <> 'party' THEN RETURN; END IF;
  SELECT array_agg(DISTINCT i.cluster) INTO found FROM identity i WHERE i.identifier = ANY (r.identifiers);
  IF found IS NULL THEN
    kept := nextval('cluster_number');
    INSERT INTO profile (cluster) VALUES (kept);
  ELSIF cardinality(found) = 1 THEN
    kept := found[1];
  ELSE
    SELECT p.cluster INTO kept FROM profile p WHERE p.cluster = ANY (found) ORDER BY p.row_count DESC, p.cluster LIMIT 1;
    FOREACH other IN ARRAY found LOOP
      IF other <> kept THEN PERFORM join_clusters(kept, other); END IF;
    END LOOP;
  END IF;
  INSERT INTO identity SELECT x, kept FROM unnest(r.identifiers) AS x ON CONFLICT DO NOTHING;
  INSERT INTO placed VALUES (r.row_key, kept);
  PERFORM add_row(kept, r, 1);
END $$;

-- Places the rows of a cluster anew; rows that still hang together with the first of them keep its number.
CREATE FUNCTION divide(target bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  rows landing[];
  r landing;
BEGIN
  SELECT array_agg(l) INTO rows FROM placed p JOIN landing l USING (row_key) WHERE p.cluster = target;
  DELETE FROM placed WHERE cluster = target;
  DELETE FROM identity WHERE cluster = target;
  DELETE FROM profile WHERE cluster = target;
  IF rows IS NULL THEN RETURN; END IF;
  FOREACH r IN ARRAY rows LOOP PERFORM place_row(r); END LOOP;
END $$;

-- Whether another row of the cluster holds the same identifiers: then nothing hung on this one.
CREATE FUNCTION remove_row(r landing) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  target bigint;
BEGIN
  DELETE FROM placed WHERE row_key = r.row_key RETURNING cluster INTO target;
  IF target IS NULL THEN RETURN; END IF;
  IF EXISTS (
    SELECT 1 FROM placed p JOIN landing l USING (row_key)
    WHERE p.cluster = target AND l.row_key <> r.row_key AND l.identifiers @> r.identifiers
  ) THEN
    PERFORM add_row(target, r, -1);
    IF r.means = 'order' THEN PERFORM latest_order(target); END IF;
  ELSE
    PERFORM divide(target);
  END IF;
END $$;

CREATE FUNCTION keep_customers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  target bigint;
BEGIN
  IF TG_OP = 'INSERT' THEN
    PERFORM place_row(NEW);
  ELSIF TG_OP = 'DELETE' THEN
    PERFORM remove_row(OLD);
  ELSIF OLD.identifiers = NEW.identifiers THEN
    SELECT cluster INTO target FROM placed WHERE row_key = NEW.row_key;
    IF target IS NOT NULL AND (OLD.means, OLD.currency, OLD.minor, OLD.points, OLD.at)
       IS DISTINCT FROM (NEW.means, NEW.currency, NEW.minor, NEW.points, NEW.at) THEN
      PERFORM add_row(target, OLD, -1);
      PERFORM add_row(target, NEW, 1);
      IF OLD.means = 'order' AND (NEW.means, NEW.at) <> ('order', OLD.at) THEN PERFORM latest_order(target); END IF;
    END IF;
  ELSE
    PERFORM remove_row(OLD);
    PERFORM place_row(NEW);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER keep_customers AFTER INSERT OR UPDATE OR DELETE ON landing
  FOR EACH ROW EXECUTE FUNCTION keep_customers();
