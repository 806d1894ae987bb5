-- Heartbeat: rows that change every ten seconds, so that a quiet source can be told from a broken capture.
-- Four rows, because their keys should spread over the shards of the stream.

CREATE TABLE IF NOT EXISTS c360_heartbeat (
  id integer PRIMARY KEY,
  beat_at timestamptz NOT NULL
);

INSERT INTO c360_heartbeat
SELECT id, '2026-01-01T00:00:00Z' FROM generate_series(1, 4) AS id
ON CONFLICT (id) DO NOTHING;
