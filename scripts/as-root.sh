# Sourced by scripts/start and scripts/test. Network namespaces need root, or a user namespace where we are root.

# Whether this process may make network namespaces; prints the kernel's words when it may not.
can_make_namespaces() {
  unshare --net true 2>&1
}

# Runs a command as root of a new user namespace with private network, mounts, processes and /run. Same exit code.
in_user_namespace() {
  unshare --user --map-root-user --net --mount --pid --fork --kill-child --mount-proc \
    sh -c 'mount -t tmpfs tmpfs /run && exec "$@"' sh "$@"
}

# Prints nothing and succeeds where in_user_namespace works; else prints what is in the way.
can_use_user_namespace() {
  if reason=$(in_user_namespace ip link set lo up 2>&1); then return 0; fi
  printf '%s\n' "$reason" | head -n 1
  limit=$(cat /proc/sys/user/max_user_namespaces 2>/dev/null || echo unknown)
  [ "$limit" != 0 ] || printf '(user.max_user_namespaces is 0)\n'
  clone=$(cat /proc/sys/kernel/unprivileged_userns_clone 2>/dev/null || echo 1)
  [ "$clone" != 0 ] || printf '(kernel.unprivileged_userns_clone is 0)\n'
  apparmor=$(cat /proc/sys/kernel/apparmor_restrict_unprivileged_userns 2>/dev/null || echo 0)
  [ "$apparmor" != 1 ] || printf '(kernel.apparmor_restrict_unprivileged_userns is 1)\n'
  return 1
}
