-- DropIndex
DROP INDEX "losses_by_time";

-- AlterTable
ALTER TABLE "deaths" ADD COLUMN     "cpu_ns" BIGINT,
ADD COLUMN     "peak_rss_bytes" BIGINT,
ADD COLUMN     "reconstructed" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "losses" ADD COLUMN     "cgroup" TEXT;

-- AlterTable
ALTER TABLE "signals" ADD COLUMN     "count" BIGINT NOT NULL DEFAULT 1,
ADD COLUMN     "until_ns" BIGINT;

-- CreateTable
CREATE TABLE "core_dumps" (
    "boot" INTEGER NOT NULL,
    "pid" INTEGER NOT NULL,
    "start_ns" BIGINT NOT NULL,
    "at_ns" BIGINT NOT NULL,
    "pattern" TEXT,
    "path" TEXT,
    "size_bytes" BIGINT,
    "truncated" BOOLEAN,
    "obstacle" TEXT,
    "limit_bytes" BIGINT,

    CONSTRAINT "core_dumps_pkey" PRIMARY KEY ("boot","pid","start_ns")
);

-- CreateTable
CREATE TABLE "oom_reports" (
    "boot" INTEGER NOT NULL,
    "line" BIGINT NOT NULL,
    "host_id" INTEGER NOT NULL,
    "at_ns" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "reconstructed" BOOLEAN NOT NULL DEFAULT false,
    "bound_by" TEXT,
    "trigger_pid" INTEGER,
    "trigger_start_ns" BIGINT,
    "trigger_comm" TEXT,
    "trigger_oom_score_adj" SMALLINT,
    "gfp_mask" TEXT,
    "gfp_order" SMALLINT,
    "cgroup" TEXT,
    "victim_cgroup" TEXT,
    "memory" JSONB,
    "group_kill" BOOLEAN NOT NULL DEFAULT false,
    "cut" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "oom_reports_pkey" PRIMARY KEY ("boot","line")
);

-- CreateTable
CREATE TABLE "oom_victims" (
    "boot" INTEGER NOT NULL,
    "line" BIGINT NOT NULL,
    "position" INTEGER NOT NULL,
    "pid" INTEGER NOT NULL,
    "start_ns" BIGINT,
    "comm" TEXT NOT NULL,
    "uid" BIGINT,
    "score" BIGINT,
    "oom_score_adj" SMALLINT,
    "total_vm_bytes" BIGINT,
    "anon_rss_bytes" BIGINT,
    "file_rss_bytes" BIGINT,
    "shmem_rss_bytes" BIGINT,
    "page_tables_bytes" BIGINT,

    CONSTRAINT "oom_victims_pkey" PRIMARY KEY ("boot","line","position")
);

-- CreateTable
CREATE TABLE "oom_tasks" (
    "boot" INTEGER NOT NULL,
    "line" BIGINT NOT NULL,
    "position" INTEGER NOT NULL,
    "pid" INTEGER NOT NULL,
    "thread_group" INTEGER,
    "uid" BIGINT,
    "comm" TEXT NOT NULL,
    "total_vm_bytes" BIGINT,
    "rss_bytes" BIGINT,
    "swap_bytes" BIGINT,
    "page_tables_bytes" BIGINT,
    "oom_score_adj" SMALLINT,

    CONSTRAINT "oom_tasks_pkey" PRIMARY KEY ("boot","line","position")
);

-- CreateTable
CREATE TABLE "kernel_log" (
    "boot" INTEGER NOT NULL,
    "line" BIGINT NOT NULL,
    "host_id" INTEGER NOT NULL,
    "at_ns" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "topic" TEXT NOT NULL,
    "pid" INTEGER,
    "start_ns" BIGINT,
    "comm" TEXT,
    "text" TEXT NOT NULL,

    CONSTRAINT "kernel_log_pkey" PRIMARY KEY ("boot","line")
);

-- CreateTable
CREATE TABLE "episodes" (
    "boot" INTEGER NOT NULL,
    "pid" INTEGER NOT NULL,
    "start_ns" BIGINT NOT NULL,
    "state" TEXT NOT NULL,
    "since_ns" BIGINT NOT NULL,
    "host_id" INTEGER NOT NULL,
    "seen_ns" BIGINT NOT NULL,
    "until_ns" BIGINT,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "parent_pid" INTEGER,
    "parent_start_ns" BIGINT,
    "wait_channel" TEXT,
    "signal" SMALLINT,
    "sender_pid" INTEGER,
    "sender_start_ns" BIGINT,

    CONSTRAINT "episodes_pkey" PRIMARY KEY ("boot","pid","start_ns","state","since_ns")
);

-- CreateTable
CREATE TABLE "throttles" (
    "id" BIGSERIAL NOT NULL,
    "host_id" INTEGER NOT NULL,
    "boot" INTEGER NOT NULL,
    "since_ns" BIGINT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3),
    "cgroup" TEXT NOT NULL,
    "count" BIGINT,

    CONSTRAINT "throttles_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "oom_victims_by_life" ON "oom_victims"("boot", "pid", "start_ns");

-- CreateIndex
CREATE INDEX "kernel_log_by_life" ON "kernel_log"("boot", "pid", "start_ns");

-- CreateIndex
CREATE INDEX "episodes_by_time" ON "episodes"("started_at", "boot", "pid", "start_ns", "state", "since_ns");

-- CreateIndex
CREATE INDEX "episodes_by_host" ON "episodes"("host_id", "started_at", "boot", "pid", "start_ns", "state", "since_ns");

-- CreateIndex
CREATE INDEX "throttles_by_host" ON "throttles"("host_id", "since", "id");

-- CreateIndex
CREATE INDEX "losses_by_time" ON "losses"("boot", "until_ns", "since_ns");

-- CreateIndex
CREATE INDEX "losses_by_host" ON "losses"("host_id", "since", "id");

-- By the digest of a cgroup: its path can be longer than an index takes.
-- not-in-schema: losses_once, throttles_once, episodes_open
CREATE UNIQUE INDEX "losses_once" ON "losses"("boot", "until_ns", "since_ns", "cause", md5(coalesce("cgroup", '')));
CREATE UNIQUE INDEX "throttles_once" ON "throttles"("boot", "since_ns", md5("cgroup"));
CREATE INDEX "episodes_open" ON "episodes"("started_at", "boot", "pid", "start_ns", "state", "since_ns") WHERE "ended_at" IS NULL;
