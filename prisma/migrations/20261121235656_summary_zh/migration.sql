-- AlterTable
ALTER TABLE "deaths" ADD COLUMN     "summary_zh" TEXT;