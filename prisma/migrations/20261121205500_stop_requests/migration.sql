-- Who asked systemd for a stop: prisma/sql/stop-requests.sql. A partial index, which the Prisma schema cannot say.
-- not-in-schema: stop_requests
CREATE INDEX "stop_requests" ON "processes"("boot", "start_ns")
  WHERE "comm" IN ('systemctl', 'shutdown', 'poweroff', 'reboot', 'halt', 'kexec', 'init', 'telinit');
