-- Rows at the ends of their chains, and the new ends. The caller has locked them (lock-trail-heads.sql).
-- $1 text JSON array, in order
-- Primary key of trail_heads.
with added as (
  select * from jsonb_to_recordset($1::text::jsonb) as r(
    chain int, number bigint, job_id uuid, at timestamptz, kind text, actor text, detail text, hash text)
), stored as (
  insert into job_events (chain, number, job_id, at, kind, actor, detail, hash)
  select chain, number, job_id, at, kind, actor, detail, decode(hash, 'hex') from added
), ends as (
  select distinct on (chain) chain, number, hash from added order by chain, number desc
)
update trail_heads h set number = e.number, hash = decode(e.hash, 'hex') from ends e where h.chain = e.chain
