/*
 * sleepers COUNT: COUNT processes that wait and do nothing else, until stdin ends. Each is killed by its pid at the end,
 * and by the kernel should this program die before.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLEEPERS_MAX = 20000 };

int main(int argc, char **argv) {
  static pid_t pids[SLEEPERS_MAX];
  int count = argc > 1 ? atoi(argv[1]) : 0;
  int made = 0;
  char byte;
  if (count < 0 || count > SLEEPERS_MAX) return 2;
  for (; made < count; made++) {
    pid_t pid = fork();
    if (pid < 0) break;
    if (pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (;;) pause();
    }
    pids[made] = pid;
  }
  printf("%d\n", made);
  fflush(stdout);
  while (read(STDIN_FILENO, &byte, 1) > 0) {
  }
  for (int i = 0; i < made; i++) kill(pids[i], SIGKILL);
  for (int i = 0; i < made; i++) waitpid(pids[i], NULL, 0);
  return 0;
}
