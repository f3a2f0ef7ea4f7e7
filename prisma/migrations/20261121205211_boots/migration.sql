-- AlterTable
ALTER TABLE "boots" ADD COLUMN     "agent_stopped_ns" BIGINT,
ADD COLUMN     "seen_ns" BIGINT NOT NULL DEFAULT 0;

-- CreateIndex
CREATE INDEX "boots_host_id_booted_at_id_idx" ON "boots"("host_id", "booted_at", "id");