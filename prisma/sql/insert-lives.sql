-- Lives that are not stored yet, with their ends where those are known: column by column, as src/store/life.rows.ts packs them.
-- $1 .. $18: one array a column, in the order below
insert into lives (start_ns, parent_start_ns, mark_ns, cpu_ns, image, context, host_id, boot, pid, parent_pid, exec_offset, started_s,
  ended_s, peak_rss_kib, day, started_rest, ended_rest, ending)
select * from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::int[], $8::int[],
  $9::int[], $10::int[], $11::int[], $12::int[], $13::int[], $14::int[], $15::smallint[], $16::smallint[], $17::smallint[],
  $18::smallint[])
