-- How many hosts' ledgers do not balance. All of ledger_streams, at scrape time.
-- Returns hosts bigint.
select count(distinct host_id) as hosts from ledger_streams where unaccounted <> 0
