-- CreateTable
CREATE TABLE "escalations" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "policy" TEXT NOT NULL,
    "host_id" INTEGER NOT NULL,
    "target" TEXT NOT NULL,
    "unit" TEXT,
    "text" TEXT NOT NULL,

    CONSTRAINT "escalations_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "escalations_by_host" ON "escalations"("host_id", "at", "id");

-- AddForeignKey
ALTER TABLE "escalations" ADD CONSTRAINT "escalations_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;