/* A child of fork makes clients of its own and works with them, whatever the threads of its parent were waiting for. */
#include "support.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* Each client with a call behind it has a thread that waits. A child's new threads lie where those of its parent lay. */
enum { CLIENTS = 8, FORKS = 10 };

static void work(sendsafely_client **clients) {
  for (int i = 0; i < CLIENTS; i++) {
    sendsafely_user *user = NULL;
    clients[i] = new_client(NULL);
    CHECK_OK(sendsafely_client_get_user(clients[i], &user, NULL));
    sendsafely_user_free(user);
  }
}

static void end(sendsafely_client **clients) {
  for (int i = 0; i < CLIENTS; i++) sendsafely_client_free(clients[i]);
}

int main(void) {
  sendsafely_client *clients[CLIENTS];
  work(clients);
  for (int i = 0; i < FORKS; i++) {
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
      alarm(60);
      sendsafely_client *own[CLIENTS];
      work(own);
      end(own);
      end_child(finish("forks: a child"));
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    check_at(__FILE__, __LINE__, status == 0, "child %d: wait status %x", i, (unsigned)status);
    if (status != 0) break;
  }
  end(clients);
  return finish("forks");
}
