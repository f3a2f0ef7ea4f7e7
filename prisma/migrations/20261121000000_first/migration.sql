-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "hosts" (
    "id" SERIAL NOT NULL,
    "machine_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "enrolled_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "last_seen_at" TIMESTAMPTZ(3),
    "agent_version" TEXT,
    "rung" TEXT,
    "blind_spots" TEXT[],
    "kernel" TEXT,
    "arch" TEXT,
    "labels" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "hosts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "boots" (
    "id" SERIAL NOT NULL,
    "host_id" INTEGER NOT NULL,
    "boot_id" UUID NOT NULL,
    "booted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "boots_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "host_credentials" (
    "id" SERIAL NOT NULL,
    "host_id" INTEGER NOT NULL,
    "hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "host_credentials_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "enroll_tokens" (
    "id" SERIAL NOT NULL,
    "hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),
    "host_id" INTEGER,

    CONSTRAINT "enroll_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_tokens" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ingest_cursors" (
    "host_id" INTEGER NOT NULL,
    "epoch" UUID NOT NULL,
    "committed" BIGINT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ingest_cursors_pkey" PRIMARY KEY ("host_id","epoch")
);

-- CreateTable
CREATE TABLE "processes" (
    "boot" INTEGER NOT NULL,
    "pid" INTEGER NOT NULL,
    "start_ns" BIGINT NOT NULL,
    "host_id" INTEGER NOT NULL,
    "parent_pid" INTEGER,
    "parent_start_ns" BIGINT,
    "origin" TEXT NOT NULL,
    "seen_ns" BIGINT NOT NULL,
    "exec_ns" BIGINT,
    "comm" TEXT NOT NULL,
    "exe" TEXT,
    "args" TEXT[],
    "args_cut" BOOLEAN NOT NULL DEFAULT false,
    "uid" BIGINT,
    "user_name" TEXT,
    "login_uid" BIGINT,
    "login_name" TEXT,
    "login_session" BIGINT,
    "tty" TEXT,
    "cgroup" TEXT,
    "kernel_thread" BOOLEAN NOT NULL DEFAULT false,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "processes_pkey" PRIMARY KEY ("boot","pid","start_ns")
);

-- CreateTable
CREATE TABLE "former_images" (
    "boot" INTEGER NOT NULL,
    "pid" INTEGER NOT NULL,
    "start_ns" BIGINT NOT NULL,
    "until_ns" BIGINT NOT NULL,
    "comm" TEXT NOT NULL,
    "exe" TEXT,
    "args" TEXT[],
    "args_cut" BOOLEAN NOT NULL,

    CONSTRAINT "former_images_pkey" PRIMARY KEY ("boot","pid","start_ns","until_ns")
);

-- CreateTable
CREATE TABLE "signals" (
    "id" BIGSERIAL NOT NULL,
    "boot" INTEGER NOT NULL,
    "at_ns" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "signal" SMALLINT NOT NULL,
    "code" INTEGER NOT NULL,
    "target_pid" INTEGER NOT NULL,
    "target_start_ns" BIGINT NOT NULL,
    "sender_pid" INTEGER,
    "sender_start_ns" BIGINT,
    "running_pid" INTEGER,
    "running_start_ns" BIGINT,
    "thread" INTEGER,
    "disposition" TEXT NOT NULL,
    "result" TEXT NOT NULL,
    "address" TEXT,

    CONSTRAINT "signals_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deaths" (
    "boot" INTEGER NOT NULL,
    "pid" INTEGER NOT NULL,
    "start_ns" BIGINT NOT NULL,
    "host_id" INTEGER NOT NULL,
    "died_ns" BIGINT NOT NULL,
    "died_at" TIMESTAMPTZ(3) NOT NULL,
    "exit_code" SMALLINT,
    "signal" SMALLINT,
    "core_dumped" BOOLEAN NOT NULL,
    "engine" SMALLINT,
    "rule" TEXT,
    "cause" TEXT,
    "actor_kind" TEXT,
    "actor_pid" INTEGER,
    "actor_start_ns" BIGINT,
    "confidence" REAL,
    "summary" TEXT,
    "evidence" JSONB,
    "decided_at" TIMESTAMPTZ(3),

    CONSTRAINT "deaths_pkey" PRIMARY KEY ("boot","pid","start_ns")
);

-- CreateTable
CREATE TABLE "pending_verdicts" (
    "boot" INTEGER NOT NULL,
    "pid" INTEGER NOT NULL,
    "start_ns" BIGINT NOT NULL,

    CONSTRAINT "pending_verdicts_pkey" PRIMARY KEY ("boot","pid","start_ns")
);

-- CreateTable
CREATE TABLE "oom_kills" (
    "boot" INTEGER NOT NULL,
    "victim_pid" INTEGER NOT NULL,
    "victim_start_ns" BIGINT NOT NULL,
    "at_ns" BIGINT NOT NULL,
    "trigger_pid" INTEGER,
    "trigger_start_ns" BIGINT,

    CONSTRAINT "oom_kills_pkey" PRIMARY KEY ("boot","victim_pid","victim_start_ns","at_ns")
);

-- CreateTable
CREATE TABLE "losses" (
    "id" BIGSERIAL NOT NULL,
    "host_id" INTEGER NOT NULL,
    "boot" INTEGER NOT NULL,
    "since_ns" BIGINT NOT NULL,
    "until_ns" BIGINT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,
    "cause" TEXT NOT NULL,
    "count" BIGINT,

    CONSTRAINT "losses_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "unknown_events" (
    "id" BIGSERIAL NOT NULL,
    "host_id" INTEGER NOT NULL,
    "boot" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "kind" TEXT NOT NULL,
    "event" JSONB NOT NULL,

    CONSTRAINT "unknown_events_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "hosts_machine_id_key" ON "hosts"("machine_id");

-- CreateIndex
CREATE INDEX "hosts_name_idx" ON "hosts"("name");

-- CreateIndex
CREATE UNIQUE INDEX "boots_host_id_boot_id_key" ON "boots"("host_id", "boot_id");

-- CreateIndex
CREATE UNIQUE INDEX "host_credentials_hash_key" ON "host_credentials"("hash");

-- CreateIndex
CREATE INDEX "host_credentials_host_id_idx" ON "host_credentials"("host_id");

-- CreateIndex
CREATE UNIQUE INDEX "enroll_tokens_hash_key" ON "enroll_tokens"("hash");

-- CreateIndex
CREATE UNIQUE INDEX "api_tokens_hash_key" ON "api_tokens"("hash");

-- CreateIndex
CREATE INDEX "processes_boot_parent_pid_parent_start_ns_idx" ON "processes"("boot", "parent_pid", "parent_start_ns");

-- CreateIndex
CREATE INDEX "processes_host_id_started_at_boot_pid_start_ns_idx" ON "processes"("host_id", "started_at", "boot", "pid", "start_ns");

-- CreateIndex
CREATE INDEX "processes_started_at_boot_pid_start_ns_idx" ON "processes"("started_at", "boot", "pid", "start_ns");

-- CreateIndex
CREATE UNIQUE INDEX "signals_by_target" ON "signals"("boot", "target_pid", "target_start_ns", "at_ns", "signal");

-- CreateIndex
CREATE INDEX "signals_by_sender" ON "signals"("boot", "sender_pid", "sender_start_ns", "at_ns");

-- CreateIndex
CREATE INDEX "deaths_host_id_pid_died_at_idx" ON "deaths"("host_id", "pid", "died_at");

-- CreateIndex
CREATE INDEX "deaths_host_id_died_at_boot_pid_start_ns_idx" ON "deaths"("host_id", "died_at", "boot", "pid", "start_ns");

-- CreateIndex
CREATE INDEX "deaths_died_at_boot_pid_start_ns_idx" ON "deaths"("died_at", "boot", "pid", "start_ns");

-- CreateIndex
CREATE UNIQUE INDEX "losses_by_time" ON "losses"("boot", "until_ns", "since_ns", "cause");

-- CreateIndex
CREATE INDEX "unknown_events_host_id_kind_idx" ON "unknown_events"("host_id", "kind");

-- AddForeignKey
ALTER TABLE "boots" ADD CONSTRAINT "boots_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "host_credentials" ADD CONSTRAINT "host_credentials_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "enroll_tokens" ADD CONSTRAINT "enroll_tokens_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ingest_cursors" ADD CONSTRAINT "ingest_cursors_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;
