/*
 * spawn-and-kill COUNT [PER_SECOND]: the load. Starts COUNT processes one after the other and kills each at once with
 * SIGKILL, as fast as one core can or at an even pace. Prints each child's pid, and on stderr a line for each stretch of
 * 1,000: how many it were, the nanoseconds it took, and how many nanoseconds of it were stolen from this guest's processors (proc_stat(5)).
 */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STRETCH = 1000 };

extern char **environ;

static long long nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long stolen(void) {
  long long ticks = 0;
  FILE *file = fopen("/proc/stat", "r");
  if (!file || fscanf(file, "cpu %*d %*d %*d %*d %*d %*d %*d %lld", &ticks) != 1) exit(5);
  fclose(file);
  return ticks * (1000000000LL / sysconf(_SC_CLK_TCK));
}

int main(int argc, char **argv) {
  int count = argc > 1 ? atoi(argv[1]) : 1;
  int per_second = argc > 2 ? atoi(argv[2]) : 0;
  char *child[] = {"/bin/sleep", "30", NULL};
  long long begin = nanoseconds();
  long long stretch_begin = begin;
  long long stolen_before = stolen();
  for (int i = 0; i < count; i++) {
    pid_t pid;
    int status;
    if (per_second > 0) {
      long long due = begin + i * (1000000000LL / per_second);
      struct timespec until = {due / 1000000000LL, due % 1000000000LL};
      while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0) {
      }
    }
    if (posix_spawn(&pid, child[0], NULL, NULL, child, environ) != 0) return 1;
    if (kill(pid, SIGKILL) != 0) return 2;
    if (waitpid(pid, &status, 0) != pid) return 3;
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) return 4;
    printf("%d\n", pid);
    if ((i + 1) % STRETCH != 0 && i + 1 != count) continue;
    long long now = nanoseconds(), stolen_now = stolen();
    fprintf(stderr, "%d %lld %lld\n", i % STRETCH + 1, now - stretch_begin, stolen_now - stolen_before);
    stretch_begin = now;
    stolen_before = stolen_now;
  }
  return 0;
}
