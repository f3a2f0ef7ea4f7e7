-- CreateTable
CREATE TABLE "ledger_streams" (
    "host_id" INTEGER NOT NULL,
    "run" UUID NOT NULL,
    "stream" TEXT NOT NULL,
    "stored" BIGINT NOT NULL DEFAULT 0,
    "read" BIGINT,
    "unaccounted" BIGINT NOT NULL DEFAULT 0,
    "as_of" TIMESTAMPTZ(3),

    CONSTRAINT "ledger_streams_pkey" PRIMARY KEY ("host_id","run","stream")
);

-- CreateTable
CREATE TABLE "ledger_losses" (
    "host_id" INTEGER NOT NULL,
    "run" UUID NOT NULL,
    "stream" TEXT NOT NULL,
    "cause" TEXT NOT NULL,
    "count" BIGINT NOT NULL,
    "uncounted" BIGINT NOT NULL,

    CONSTRAINT "ledger_losses_pkey" PRIMARY KEY ("host_id","run","stream","cause")
);

-- AddForeignKey
ALTER TABLE "ledger_streams" ADD CONSTRAINT "ledger_streams_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "ledger_losses" ADD CONSTRAINT "ledger_losses_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;