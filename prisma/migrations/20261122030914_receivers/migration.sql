-- CreateTable
CREATE TABLE "receivers" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "target" TEXT NOT NULL,
    "locale" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "per_minute" SMALLINT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "lease" UUID,
    "lease_until" TIMESTAMPTZ(3),
    "held_until" TIMESTAMPTZ(3),
    "failures" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "receivers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "routes" (
    "id" UUID NOT NULL,
    "position" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "receiver_id" UUID NOT NULL,
    "matchers" JSONB NOT NULL,
    "continue" BOOLEAN NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "routes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "deliveries" (
    "id" UUID NOT NULL,
    "receiver_id" UUID NOT NULL,
    "notice_id" UUID NOT NULL,
    "position" BIGINT NOT NULL,
    "incident_id" UUID NOT NULL,
    "change" TEXT NOT NULL,
    "body" JSONB NOT NULL,
    "state" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "queued_at" TIMESTAMPTZ(3) NOT NULL,
    "message_id" UUID,
    "attempts" SMALLINT NOT NULL DEFAULT 0,
    "next_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "code" TEXT,
    "repeat_at" TIMESTAMPTZ(3),

    CONSTRAINT "deliveries_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "delivery_attempts" (
    "id" BIGSERIAL NOT NULL,
    "receiver_id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "status" SMALLINT,
    "code" TEXT,
    "detail" TEXT,

    CONSTRAINT "delivery_attempts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "told_notices" (
    "position" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "told_notices_pkey" PRIMARY KEY ("position")
);

-- CreateTable
CREATE TABLE "hooks" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "may_request_jobs" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "hooks_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "receivers_name_key" ON "receivers"("name");

-- CreateIndex
CREATE INDEX "routes_position_idx" ON "routes"("position");

-- CreateIndex
CREATE INDEX "deliveries_by_time" ON "deliveries"("created_at", "position", "id");

-- CreateIndex
CREATE INDEX "deliveries_by_receiver" ON "deliveries"("receiver_id", "created_at", "position", "id");

-- CreateIndex
CREATE INDEX "deliveries_by_incident" ON "deliveries"("incident_id", "receiver_id");

-- CreateIndex
CREATE INDEX "deliveries_by_message" ON "deliveries"("message_id");

-- CreateIndex
CREATE UNIQUE INDEX "deliveries_notice_id_receiver_id_key" ON "deliveries"("notice_id", "receiver_id");

-- CreateIndex
CREATE INDEX "delivery_attempts_by_time" ON "delivery_attempts"("receiver_id", "at");

-- CreateIndex
CREATE INDEX "delivery_attempts_by_message" ON "delivery_attempts"("message_id", "at");

-- CreateIndex
CREATE INDEX "told_notices_at_idx" ON "told_notices"("at");

-- CreateIndex
CREATE UNIQUE INDEX "hooks_name_key" ON "hooks"("name");

-- AddForeignKey
ALTER TABLE "routes" ADD CONSTRAINT "routes_receiver_id_fkey" FOREIGN KEY ("receiver_id") REFERENCES "receivers"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_receiver_id_fkey" FOREIGN KEY ("receiver_id") REFERENCES "receivers"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "delivery_attempts" ADD CONSTRAINT "delivery_attempts_receiver_id_fkey" FOREIGN KEY ("receiver_id") REFERENCES "receivers"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What waits, and what is told again, is little beside what is over.
-- not-in-schema: deliveries_pending, deliveries_repeated
CREATE INDEX "deliveries_pending" ON "deliveries"("receiver_id", "position", "id") WHERE "state" = 'PENDING';
CREATE INDEX "deliveries_repeated" ON "deliveries"("receiver_id", "repeat_at") WHERE "repeat_at" IS NOT NULL;
