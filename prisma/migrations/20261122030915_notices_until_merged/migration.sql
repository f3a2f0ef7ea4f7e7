-- Until the table that incidents are told through comes in with them: this migration goes when that one is there.
-- not-in-schema: notices
CREATE TABLE "notices" (
    "id" UUID PRIMARY KEY,
    "position" BIGSERIAL NOT NULL UNIQUE,
    "incident_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "body" JSONB NOT NULL
);
