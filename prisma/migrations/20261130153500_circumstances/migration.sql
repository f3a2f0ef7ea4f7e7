-- AlterTable
ALTER TABLE "signals" ADD COLUMN     "circumstances" JSONB;
