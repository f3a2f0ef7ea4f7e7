-- DropIndex
DROP INDEX "processes_boot_parent_pid_parent_start_ns_idx";

-- CreateIndex
CREATE INDEX "processes_by_parent" ON "processes"("boot", "parent_pid", "parent_start_ns", "start_ns");

-- What was started: to find it started again. A command line can be longer than an index takes. `array_to_string` is not
-- immutable, since the output functions of some types are not; that of text is.
CREATE FUNCTION "command_digest"("exe" TEXT, "args" TEXT[]) RETURNS UUID
LANGUAGE SQL IMMUTABLE STRICT PARALLEL SAFE
RETURN md5("exe" || E'\x1f' || array_to_string("args", E'\x1f'))::UUID;

-- not-in-schema: processes_by_command, deaths_by_engine
CREATE INDEX "processes_by_command" ON "processes"("boot", command_digest("exe", "args"), "start_ns");
-- Verdicts of an older engine, newest death first; partial, so that ingest does not pay for it.
CREATE INDEX "deaths_by_engine" ON "deaths"("engine", "died_at", "boot", "pid", "start_ns") WHERE "engine" IS NOT NULL;
