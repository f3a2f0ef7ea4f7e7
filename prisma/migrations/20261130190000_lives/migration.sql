-- A life and its end in one row, what many lives share told once, partitions by day. The tables `processes` and `deaths` become
-- views of the same columns. docs/decisions/2026-11-30-lives.md has the reasons and the layout.

-- The boot-clock zero as the first batch of a boot had it. It never moves: the day of a life follows from it and from the life's
-- identity, so that whoever has the key knows the partition.
ALTER TABLE "boots" ADD COLUMN "first_booted_at" TIMESTAMPTZ(3);
UPDATE "boots" SET "first_booted_at" = "booted_at";
ALTER TABLE "boots" ALTER COLUMN "first_booted_at" SET NOT NULL;
-- Rows that something else than ingest makes.
CREATE FUNCTION "boots_first_zero"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW."first_booted_at" := coalesce(NEW."first_booted_at", NEW."booted_at");
  RETURN NEW;
END $$;
CREATE TRIGGER "boots_first_zero" BEFORE INSERT ON "boots" FOR EACH ROW EXECUTE FUNCTION "boots_first_zero"();

-- Seconds since 2020 began, as far as an int holds them: until 2088. (greatest and least pass over nulls.)
CREATE FUNCTION "second_of"("at" TIMESTAMPTZ) RETURNS INTEGER
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN "at" IS NOT NULL THEN greatest(-2147483647, least(2147483646, floor(extract(epoch FROM "at")) - 1577836800))::INTEGER END;

CREATE FUNCTION "millisecond_of"("at" TIMESTAMPTZ) RETURNS SMALLINT
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN (floor(extract(epoch FROM "at") * 1000) - floor(extract(epoch FROM "at")) * 1000)::SMALLINT;

CREATE FUNCTION "moment_of"("second" INTEGER, "millisecond" INTEGER) RETURNS TIMESTAMPTZ
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN to_timestamp("second" + 1577836800::double precision + "millisecond" / 1000.0::double precision)::TIMESTAMPTZ(3);

-- The day of a life, in days since 1970: of its partition.
CREATE FUNCTION "day_of"("zero" TIMESTAMPTZ, "ns" BIGINT) RETURNS SMALLINT
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN greatest(-32768, least(32766, floor((extract(epoch FROM "zero") + "ns" / 1000000000) / 86400)))::SMALLINT;

-- Four bytes of a key, for indexes: whoever finds rows by one compares the key itself too.
CREATE FUNCTION "life_hash"("boot" INTEGER, "pid" INTEGER, "start_ns" BIGINT) RETURNS INTEGER
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN hashint8("start_ns" # ((hashint4("boot")::BIGINT << 32) | (hashint4("pid")::BIGINT & 4294967295)));

CREATE FUNCTION "command_hash"("boot" INTEGER, "image" BIGINT) RETURNS INTEGER
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN hashint8(("image" >> 24) # ("boot"::BIGINT << 40));

-- What an image or context is called follows from what it says, so that nobody has to ask for a number. The salt keeps those
-- who choose command lines from choosing names.
-- One row. kept_from: on the days before it (since 1970) some of history was dropped.
-- not-in-schema: history_state
CREATE TABLE "history_state" (
  "one" BOOLEAN PRIMARY KEY DEFAULT true CHECK ("one"), "salt" TEXT NOT NULL, "kept_from" SMALLINT NOT NULL DEFAULT -32768);
INSERT INTO "history_state" ("salt") VALUES (gen_random_uuid()::TEXT);

-- A text with its length before it: nothing in one can be taken for the beginning of the next.
CREATE FUNCTION "measured"("text" TEXT) RETURNS TEXT
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN coalesce(octet_length("text") || ':' || "text", '-');

-- The upper 40 bits say the command (exe, args), the lower 24 the whole.
CREATE FUNCTION "image_id"("comm" TEXT, "exe" TEXT, "args" TEXT[], "args_cut" BOOLEAN) RETURNS BIGINT
LANGUAGE SQL STABLE PARALLEL SAFE
RETURN (
  SELECT ('x' || substr(md5(s."salt" || c.command), 1, 10))::BIT(40)::BIGINT << 24
    | ('x' || substr(md5(s."salt" || measured("comm") || "args_cut" || c.command), 1, 6))::BIT(24)::BIGINT
  FROM "history_state" s,
    (SELECT measured("exe") || coalesce(string_agg(measured(a.text), '' ORDER BY a.n), '') AS command
     FROM unnest("args") WITH ORDINALITY AS a(text, n)) c
);

CREATE FUNCTION "context_id"("says" TEXT[]) RETURNS BIGINT
LANGUAGE SQL STABLE PARALLEL SAFE
RETURN (
  SELECT ('x' || substr(md5(s."salt" || string_agg(measured(a.text), '' ORDER BY a.n)), 1, 16))::BIT(64)::BIGINT
  FROM "history_state" s, unnest("says") WITH ORDINALITY AS a(text, n)
  GROUP BY s."salt"
);

CREATE TABLE "images" (
    "id" BIGINT NOT NULL,
    "day" SMALLINT NOT NULL,
    "args_cut" BOOLEAN NOT NULL,
    "comm" TEXT NOT NULL,
    "exe" TEXT,
    "args" TEXT[],

    CONSTRAINT "images_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "contexts" (
    "id" BIGINT NOT NULL,
    "day" SMALLINT NOT NULL,
    "kernel_thread" BOOLEAN NOT NULL,
    "origin" TEXT NOT NULL,
    "uid" BIGINT,
    "user_name" TEXT,
    "login_uid" BIGINT,
    "login_name" TEXT,
    "login_session" BIGINT,
    "tty" TEXT,
    "cgroup" TEXT,
    "unit" TEXT,
    "container_id" TEXT,
    "container_runtime" TEXT,
    "container_pod" TEXT,
    "login_source" TEXT,

    CONSTRAINT "contexts_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "lives" (
    "start_ns" BIGINT NOT NULL,
    "parent_start_ns" BIGINT NOT NULL,
    "mark_ns" BIGINT NOT NULL,
    "cpu_ns" BIGINT NOT NULL,
    "image" BIGINT NOT NULL,
    "context" BIGINT NOT NULL,
    "host_id" INTEGER NOT NULL,
    "boot" INTEGER NOT NULL,
    "pid" INTEGER NOT NULL,
    "parent_pid" INTEGER NOT NULL,
    "exec_offset" INTEGER NOT NULL,
    "started_s" INTEGER NOT NULL,
    "ended_s" INTEGER NOT NULL,
    "peak_rss_kib" INTEGER NOT NULL,
    "day" SMALLINT NOT NULL,
    "started_rest" SMALLINT NOT NULL,
    "ended_rest" SMALLINT NOT NULL,
    "ending" SMALLINT NOT NULL
) PARTITION BY RANGE ("day");

-- Why it ended. Apart from the life, so that a verdict does not write the life and its index entries a second time.
CREATE TABLE "verdicts" (
    "start_ns" BIGINT NOT NULL,
    "actor_start_ns" BIGINT,
    "cell" BIGINT,
    "decided_at" TIMESTAMPTZ(3),
    "boot" INTEGER NOT NULL,
    "pid" INTEGER NOT NULL,
    "ended_s" INTEGER NOT NULL,
    "actor_pid" INTEGER,
    "confidence" REAL,
    "day" SMALLINT NOT NULL,
    "engine" SMALLINT,
    "rule" TEXT,
    "cause" TEXT,
    "actor_kind" TEXT,
    "summary" TEXT,
    "summary_zh" TEXT,
    "evidence" JSONB,

    CONSTRAINT "verdicts_pkey" PRIMARY KEY ("boot", "pid", "start_ns", "day")
) PARTITION BY RANGE ("day");
-- What fits no day that there is: clocks that are wrong, and lives that outlast the retention.
CREATE TABLE "lives_other" PARTITION OF "lives" DEFAULT;
CREATE UNIQUE INDEX "lives_other_key" ON "lives_other"("boot", "pid", "start_ns");
CREATE TABLE "verdicts_other" PARTITION OF "verdicts" DEFAULT;

-- Partitions of the days from .. until (days since 1970, both included). What the default partition has of a new day moves into it.
CREATE FUNCTION "make_days"("from" INTEGER, "until" INTEGER) RETURNS INTEGER LANGUAGE plpgsql AS $$
DECLARE
  made INTEGER := 0;
  suffix TEXT;
  tab TEXT;
BEGIN
  -- One at a time: several workers may look ahead at once.
  PERFORM pg_advisory_xact_lock(hashtext('whodunit.days'));
  FOR d IN "from" .. "until" LOOP
    suffix := to_char(DATE '1970-01-01' + d, '_YYYYMMDD');
    CONTINUE WHEN to_regclass('lives' || suffix) IS NOT NULL;
    -- Nothing comes in between what moves and the partition that it moves to.
    LOCK TABLE "lives_other", "verdicts_other" IN ACCESS EXCLUSIVE MODE;
    FOREACH tab IN ARRAY ARRAY['lives', 'verdicts'] LOOP
      EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS)', tab || suffix, tab);
      EXECUTE format('WITH moved AS (DELETE FROM %I WHERE day = %s RETURNING *) INSERT INTO %I SELECT * FROM moved',
        tab || '_other', d, tab || suffix);
    END LOOP;
    EXECUTE format('CREATE UNIQUE INDEX %I ON %I (boot, pid, start_ns)', 'lives' || suffix || '_key', 'lives' || suffix);
    FOREACH tab IN ARRAY ARRAY['lives', 'verdicts'] LOOP
      EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', tab, tab || suffix, d, d + 1);
    END LOOP;
    made := made + 1;
  END LOOP;
  RETURN made;
END $$;

-- Drops the partition of the oldest day before `horizon`. Lives that outlast it (that go on, or ended on a day that is kept) move to the
-- default partition, with their verdicts. They are looked for before `lives` is locked, so that others wait for the move only.
-- Returns whether there was such a day.
CREATE FUNCTION "drop_day"("horizon" INTEGER) RETURNS BOOLEAN LANGUAGE plpgsql AS $$
DECLARE
  kept INTEGER := second_of(to_timestamp("horizon" * 86400::double precision));
  suffix TEXT;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('whodunit.days'));
  SELECT min(substr(relid::regclass::TEXT, 6)) INTO suffix FROM pg_partition_tree('lives')
  WHERE relid::regclass::TEXT ~ '^lives_\d{8}$' AND to_date(substr(relid::regclass::TEXT, 7), 'YYYYMMDD') - DATE '1970-01-01' < "horizon";
  IF suffix IS NOT NULL THEN
    EXECUTE format('LOCK TABLE %I, %I IN SHARE MODE', 'lives' || suffix, 'verdicts' || suffix);
    EXECUTE format('CREATE TEMP TABLE kept_lives ON COMMIT DROP AS SELECT * FROM %I WHERE ended_s = -2147483648 OR ended_s >= %s',
      'lives' || suffix, kept);
    EXECUTE format('CREATE TEMP TABLE kept_verdicts ON COMMIT DROP AS SELECT * FROM %I WHERE ended_s >= %s', 'verdicts' || suffix, kept);
    EXECUTE format('ALTER TABLE verdicts DETACH PARTITION %I', 'verdicts' || suffix);
    EXECUTE format('ALTER TABLE lives DETACH PARTITION %I', 'lives' || suffix);
    INSERT INTO "lives" SELECT * FROM kept_lives;
    INSERT INTO "verdicts" SELECT * FROM kept_verdicts;
    EXECUTE format('DROP TABLE %I, %I', 'verdicts' || suffix, 'lives' || suffix);
  END IF;
  -- What was kept so, or never had a day.
  DELETE FROM "lives_other" WHERE "ended_s" <> -2147483648 AND "ended_s" < kept AND "day" < "horizon";
  DELETE FROM "verdicts_other" WHERE "ended_s" < kept AND "day" < "horizon";
  UPDATE "history_state" SET "kept_from" = "horizon" WHERE "kept_from" < "horizon";
  -- Two weeks more: lives that claim to be of the days to come have them too.
  IF suffix IS NOT NULL THEN
    DELETE FROM "images" i WHERE i."day" < "horizon" - 14 AND NOT EXISTS (SELECT FROM "lives_other" l WHERE l."image" = i."id");
    DELETE FROM "contexts" c WHERE c."day" < "horizon" - 14 AND NOT EXISTS (SELECT FROM "lives_other" l WHERE l."context" = c."id");
  END IF;
  RETURN suffix IS NOT NULL;
END $$;

-- A day each, from the first of the last 90 that has anything to a week ahead.
SELECT make_days(
  greatest(
    coalesce((SELECT min(day_of(b."first_booted_at", p."start_ns")) FROM "processes" p JOIN "boots" b ON b."id" = p."boot"), 32767),
    day_of(now(), 0) - 90)::INTEGER,
  day_of(now(), 0) + 7)
WHERE EXISTS (SELECT FROM "processes");
SELECT make_days(day_of(now(), 0) - 1, day_of(now(), 0) + 7);

INSERT INTO "images" ("id", "day", "args_cut", "comm", "exe", "args")
SELECT image_id('', NULL, '{}', false), 32767, false, '', NULL, '{}'
UNION ALL
SELECT image_id(p."comm", p."exe", p."args", p."args_cut"), day_of(now(), 0), p."args_cut", p."comm", p."exe", p."args"
FROM (SELECT DISTINCT "comm", "exe", "args", "args_cut" FROM "processes") p
ON CONFLICT DO NOTHING;

CREATE FUNCTION "context_of"("origin" TEXT, "kernel_thread" BOOLEAN, "uid" BIGINT, "user_name" TEXT, "login_uid" BIGINT,
  "login_name" TEXT, "login_session" BIGINT, "tty" TEXT, "cgroup" TEXT, "unit" TEXT, "container_id" TEXT,
  "container_runtime" TEXT, "container_pod" TEXT, "login_source" TEXT) RETURNS BIGINT
LANGUAGE SQL STABLE PARALLEL SAFE
RETURN context_id(ARRAY["origin", "kernel_thread"::TEXT, "uid"::TEXT, "user_name", "login_uid"::TEXT, "login_name",
  "login_session"::TEXT, "tty", "cgroup", "unit", "container_id", "container_runtime", "container_pod", "login_source"]);

-- Of a life of which nothing else is known.
CREATE FUNCTION "bare_context"("origin" TEXT) RETURNS BIGINT
LANGUAGE SQL STABLE PARALLEL SAFE
RETURN context_of("origin", false, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

INSERT INTO "contexts" ("id", "day", "kernel_thread", "origin")
SELECT bare_context(o), 32767, false, o
FROM unnest(ARRAY['exit', 'snapshot']) o;
INSERT INTO "contexts" ("id", "day", "kernel_thread", "origin", "uid", "user_name", "login_uid", "login_name", "login_session",
  "tty", "cgroup", "unit", "container_id", "container_runtime", "container_pod", "login_source")
SELECT context_of("origin", "kernel_thread", "uid", "user_name", "login_uid", "login_name", "login_session", "tty", "cgroup", "unit",
  "container_id", "container_runtime", "container_pod", "login_source"), day_of(now(), 0), c.*
FROM (SELECT DISTINCT "kernel_thread", "origin", "uid", "user_name", "login_uid", "login_name", "login_session", "tty", "cgroup",
    "unit", "container_id", "container_runtime", "container_pod", "login_source" FROM "processes") c
ON CONFLICT DO NOTHING;

-- Whether a program is one of those that ask systemd for a stop.
CREATE FUNCTION "asks_for_stops"("comm" TEXT) RETURNS BOOLEAN
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN "comm" IN ('systemctl', 'shutdown', 'poweroff', 'reboot', 'halt', 'kexec', 'init', 'telinit');

-- When it was executed, counted from its start: in microseconds or, where those do not fit, negative and in seconds, rounded up, so
-- that the same exec is never taken for a later one. Not known: -2147483648.
CREATE FUNCTION "exec_offset"("start_ns" BIGINT, "exec_ns" BIGINT) RETURNS INTEGER
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN "exec_ns" IS NULL THEN -2147483648
  WHEN "exec_ns" <= "start_ns" THEN 0
  WHEN "exec_ns" - "start_ns" <= 2147483647000 THEN ("exec_ns" - "start_ns" + 999) / 1000
  ELSE greatest(-2147483647, -(("exec_ns" - "start_ns" + 999999999) / 1000000000)) END::INTEGER;

CREATE FUNCTION "exec_of"("start_ns" BIGINT, "exec_offset" INTEGER) RETURNS BIGINT
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN CASE
  WHEN "exec_offset" = -2147483648 THEN NULL
  WHEN "exec_offset" >= 0 THEN "start_ns" + "exec_offset" * 1000::BIGINT
  ELSE "start_ns" - "exec_offset" * 1000000000::BIGINT END;

-- 0: no death is known. Else 1 + (code + 1) + 257 * (signal + 1), where what is not known is -1.
CREATE FUNCTION "ending_of"("code" INTEGER, "signal" INTEGER) RETURNS SMALLINT
LANGUAGE SQL IMMUTABLE PARALLEL SAFE
RETURN (2 + coalesce("code", -1) + 257 * (1 + coalesce("signal", -1)))::SMALLINT;

INSERT INTO "lives" ("start_ns", "parent_start_ns", "mark_ns", "cpu_ns", "image", "context", "host_id", "boot", "pid", "parent_pid",
  "exec_offset", "started_s", "ended_s", "peak_rss_kib", "day", "started_rest", "ended_rest", "ending")
SELECT p."start_ns", coalesce(p."parent_start_ns", -1), coalesce(d."died_ns", p."seen_ns"),
  coalesce(d."cpu_ns", -1), i."id", c."id",
  p."host_id", p."boot", p."pid", coalesce(p."parent_pid", -1), exec_offset(p."start_ns", p."exec_ns"), second_of(p."started_at"),
  coalesce(second_of(coalesce(d."died_at", p."ended_at")), -2147483648),
  least(2147483647, coalesce((d."peak_rss_bytes" + 1023) / 1024, -1)), day_of(b."first_booted_at", p."start_ns"),
  millisecond_of(p."started_at") + CASE WHEN asks_for_stops(p."comm") THEN 1024 ELSE 0 END,
  coalesce(millisecond_of(coalesce(d."died_at", p."ended_at")), 0)
    + CASE WHEN d."core_dumped" THEN 1024 ELSE 0 END + CASE WHEN d."reconstructed" THEN 2048 ELSE 0 END,
  CASE WHEN d."boot" IS NULL THEN 0 ELSE ending_of(d."exit_code", d."signal") END
FROM "processes" p
JOIN "boots" b ON b."id" = p."boot"
-- By what they say: to work out their names for each life would take an hour for ten million.
JOIN "images" i ON i."comm" = p."comm" AND (i."exe" IS NULL) = (p."exe" IS NULL) AND coalesce(i."exe", '') = coalesce(p."exe", '')
  AND coalesce(i."args", '{}') = coalesce(p."args", '{}') AND i."args_cut" = p."args_cut"
JOIN "contexts" c ON
  ARRAY[c."origin", c."kernel_thread"::TEXT, c."uid"::TEXT, c."user_name", c."login_uid"::TEXT, c."login_name", c."login_session"::TEXT,
    c."tty", c."cgroup", c."unit", c."container_id", c."container_runtime", c."container_pod", c."login_source"]
  = ARRAY[p."origin", p."kernel_thread"::TEXT, p."uid"::TEXT, p."user_name", p."login_uid"::TEXT, p."login_name",
    p."login_session"::TEXT, p."tty", p."cgroup", p."unit", p."container_id", p."container_runtime", p."container_pod", p."login_source"]
LEFT JOIN "deaths" d ON d."boot" = p."boot" AND d."pid" = p."pid" AND d."start_ns" = p."start_ns";

-- Boots from before seen_ns was kept: what begins later than that is not looked for among what is stored.
UPDATE "boots" b SET "seen_ns" = greatest(b."seen_ns", l."latest")
FROM (SELECT "boot", max("start_ns") AS "latest" FROM "lives" GROUP BY "boot") l WHERE l."boot" = b."id";

INSERT INTO "verdicts" ("start_ns", "actor_start_ns", "cell", "decided_at", "boot", "pid", "ended_s", "actor_pid", "confidence", "day",
  "engine", "rule", "cause", "actor_kind", "summary", "summary_zh", "evidence")
SELECT d."start_ns", d."actor_start_ns", m."cell", d."decided_at", d."boot", d."pid", second_of(d."died_at"), d."actor_pid", d."confidence",
  day_of(b."first_booted_at", d."start_ns"), d."engine", d."rule", d."cause", d."actor_kind", d."summary", d."summary_zh", d."evidence"
FROM "deaths" d JOIN "boots" b ON b."id" = d."boot" LEFT JOIN "counted_deaths" m USING ("boot", "pid", "start_ns")
WHERE d."engine" IS NOT NULL OR d."cause" IS NOT NULL;

DROP TABLE "processes";
DROP TABLE "deaths";
DROP TABLE "counted_deaths";
DROP FUNCTION "command_digest";

-- not-in-schema: deaths_by_time, deaths_by_host, lives_by_time, lives_by_host, lives_by_parent, lives_by_command, stop_requests, lives_open
CREATE INDEX "deaths_by_time" ON "lives"("ended_s") WHERE "ending" > 0;
CREATE INDEX "deaths_by_host" ON "lives"("host_id", "ended_s") WHERE "ending" > 0;
CREATE INDEX "lives_by_time" ON "lives"("started_s");
CREATE INDEX "lives_by_host" ON "lives"("host_id", "started_s");
CREATE INDEX "lives_by_parent" ON "lives"(life_hash("boot", "parent_pid", "parent_start_ns"), "started_s");
CREATE INDEX "lives_by_command" ON "lives"(command_hash("boot", "image"), "started_s");
CREATE INDEX "lives_open" ON "lives"("boot", "mark_ns") WHERE "ended_s" = -2147483648;
-- Who asked systemd for a stop: prisma/sql/stop-requests.sql.
CREATE INDEX "stop_requests" ON "lives"("boot", "start_ns") WHERE "started_rest" >= 1024;

CREATE INDEX "verdicts_by_engine" ON "verdicts"("engine", "ended_s");

CREATE VIEW "processes" AS
SELECT l."boot", l."pid", l."start_ns", l."host_id", nullif(l."parent_pid", -1) AS "parent_pid",
  nullif(l."parent_start_ns", -1) AS "parent_start_ns", c."origin", l."mark_ns" AS "seen_ns", exec_of(l."start_ns", l."exec_offset") AS "exec_ns",
  i."comm", i."exe", i."args", i."args_cut", c."uid", c."user_name", c."login_uid", c."login_name", c."login_session", c."tty",
  c."cgroup", c."unit", c."container_id", c."container_runtime", c."container_pod", c."login_source", c."kernel_thread",
  moment_of(l."started_s", l."started_rest" & 1023) AS "started_at",
  CASE WHEN l."ended_s" <> -2147483648 THEN moment_of(l."ended_s", l."ended_rest" & 1023) END AS "ended_at",
  -- For conditions that an index or the partitions serve.
  l."day", l."started_s", l."started_rest", l."ended_s", life_hash(l."boot", l."parent_pid", l."parent_start_ns") AS "parent_hash",
  command_hash(l."boot", l."image") AS "command_hash", l."image"
FROM "lives" l
JOIN "images" i ON i."id" = l."image"
JOIN "contexts" c ON c."id" = l."context";

CREATE VIEW "deaths" AS
SELECT l."boot", l."pid", l."start_ns", l."host_id", l."mark_ns" AS "died_ns",
  moment_of(l."ended_s", l."ended_rest" & 1023) AS "died_at",
  (nullif((l."ending" - 1) % 257, 0) - 1)::SMALLINT AS "exit_code", (nullif((l."ending" - 1) / 257, 0) - 1)::SMALLINT AS "signal",
  (l."ended_rest" & 1024) > 0 AS "core_dumped", nullif(l."cpu_ns", -1) AS "cpu_ns",
  nullif(l."peak_rss_kib", -1)::BIGINT * 1024 AS "peak_rss_bytes", (l."ended_rest" & 2048) > 0 AS "reconstructed",
  v."engine", v."rule", v."cause", v."actor_kind", v."actor_pid", v."actor_start_ns", v."confidence", v."summary", v."summary_zh",
  v."evidence", v."decided_at",
  l."day", l."ended_s"
FROM "lives" l
LEFT JOIN "verdicts" v ON v."boot" = l."boot" AND v."pid" = l."pid" AND v."start_ns" = l."start_ns" AND v."day" = l."day"
WHERE l."ending" > 0;
