-- Counts of deaths, kept up to date as verdicts are saved. The name 1 is for all that find no room (prisma/sql/count-deaths.sql).
-- CreateTable
CREATE TABLE "death_count_names" (
    "id" SERIAL NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "death_count_names_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "death_counts" (
    "id" BIGSERIAL NOT NULL,
    "host_id" INTEGER NOT NULL,
    "hour" INTEGER NOT NULL,
    "cause" INTEGER NOT NULL,
    "actor" INTEGER NOT NULL,
    "signal" SMALLINT NOT NULL,
    "unit" INTEGER NOT NULL,
    "exe" INTEGER NOT NULL,
    "killer" INTEGER NOT NULL,
    "login" INTEGER NOT NULL,
    "count" BIGINT NOT NULL,

    CONSTRAINT "death_counts_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "counted_deaths" (
    "boot" INTEGER NOT NULL,
    "pid" INTEGER NOT NULL,
    "start_ns" BIGINT NOT NULL,
    "cell" BIGINT NOT NULL,

    CONSTRAINT "counted_deaths_pkey" PRIMARY KEY ("boot","pid","start_ns")
);

-- CreateIndex
CREATE UNIQUE INDEX "death_count_names_name_key" ON "death_count_names"("name");

-- CreateIndex
CREATE INDEX "death_counts_hour_idx" ON "death_counts"("hour");

-- CreateIndex
CREATE UNIQUE INDEX "death_counts_cell" ON "death_counts"("host_id", "hour", "cause", "actor", "signal", "unit", "exe", "killer", "login");
INSERT INTO "death_count_names" ("name") VALUES ('');
