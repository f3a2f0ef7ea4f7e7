-- AlterTable
ALTER TABLE "processes" ADD COLUMN     "container_id" TEXT,
ADD COLUMN     "container_pod" TEXT,
ADD COLUMN     "container_runtime" TEXT,
ADD COLUMN     "login_source" TEXT,
ADD COLUMN     "unit" TEXT;