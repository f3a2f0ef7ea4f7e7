-- CreateTable
CREATE TABLE "audits" (
    "id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "state" TEXT NOT NULL,
    "name" TEXT,
    "requested_by" TEXT NOT NULL,
    "series" TEXT NOT NULL,
    "checks" TEXT[],
    "filter" JSONB,
    "long_lived_seconds" INTEGER NOT NULL,

    CONSTRAINT "audits_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_hosts" (
    "audit_id" UUID NOT NULL,
    "host_id" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "sent_at" TIMESTAMPTZ(3),
    "answered_at" TIMESTAMPTZ(3),
    "boot" INTEGER,
    "processes" INTEGER,
    "duration_ms" INTEGER,
    "code" TEXT,
    "detail" TEXT,
    "cut" JSONB,
    "skipped" JSONB,

    CONSTRAINT "audit_hosts_pkey" PRIMARY KEY ("audit_id","host_id")
);

-- CreateTable
CREATE TABLE "audit_findings" (
    "id" BIGSERIAL NOT NULL,
    "audit_id" UUID NOT NULL,
    "host_id" INTEGER NOT NULL,
    "check" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "subject" JSONB NOT NULL,
    "facts" JSONB NOT NULL,

    CONSTRAINT "audit_findings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_schedules" (
    "id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "created_by" TEXT NOT NULL,
    "every_hours" INTEGER NOT NULL,
    "next_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "input" JSONB NOT NULL,
    "trouble" TEXT,

    CONSTRAINT "audit_schedules_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "audits_by_time" ON "audits"("created_at", "id");

-- CreateIndex
CREATE INDEX "audits_by_series" ON "audits"("series", "created_at");

-- CreateIndex
CREATE INDEX "audit_findings_by_audit" ON "audit_findings"("audit_id", "id");

-- CreateIndex
CREATE INDEX "audit_findings_by_key" ON "audit_findings"("audit_id", "host_id", "check", "key");

-- AddForeignKey
ALTER TABLE "audit_hosts" ADD CONSTRAINT "audit_hosts_audit_id_fkey" FOREIGN KEY ("audit_id") REFERENCES "audits"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_hosts" ADD CONSTRAINT "audit_hosts_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_findings" ADD CONSTRAINT "audit_findings_audit_id_fkey" FOREIGN KEY ("audit_id") REFERENCES "audits"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "audit_findings" ADD CONSTRAINT "audit_findings_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Questions that wait for their host: few among all that were asked.
CREATE INDEX "audit_hosts_waiting" ON "audit_hosts" ("host_id") WHERE "state" = 'WAITING';
