#!/bin/sh
# devstart's guard: when its launcher dies, it ends what the run has started. Run as
#
#     sh -c SCRIPT sh RUN GRACE HOW
#
# RUN    the run's id, in the environment of all that it starts
# GRACE  the kill timeout, in hundredths of a second
# HOW    where the system tells of its processes: proc, ps, none
#
# While the launcher lives it blocks in `read`. Lines on stdin:
#
#     add PID/START/SIGNAL/SOCKET,SOCKET   a leader: its start and its pipes' inodes where they are known (else -, nothing)
#     del PID                              it has ended
#     tty SETTINGS                         of `stty -g`; the terminal is fd 3
#     done                                 the run has ended: nothing is left to do
#
# The end of stdin without `done` is the launcher's death.
#
# POSIX alone (dash, ash, bash 3.2), and of its tools grep, ls, cat, ps, sleep, stty. It waits in memory for as
# long as a run lasts: scripts/generate.mjs takes out the comments. Lists are words in one variable, with a space before
# and behind each where they are searched; functions answer in variables, as each $( ) is a process.

# Words are split on purpose, by line or by space as IFS says; names are expanded only where `set +f` says so.
# shellcheck disable=SC2013,SC2045,SC2086

run=$1 grace=$2 how=$3
trap '' INT TERM HUP QUIT TSTP TTIN TTOU PIPE
set -f
space=$IFS line_end='
'
groups='' sockets=' ' saved=''

while IFS= read -r line; do
  word=${line#* }
  case $line in
  'add '*)
    groups="$groups$word "
    ;;
  'del '*)
    rest=$groups groups=''
    for group in $rest; do
      case $group in "$word"/*) ;; *) groups="$groups$group " ;; esac
    done
    ;;
  'tty '*) saved=$word ;;
  done) exit 0 ;;
  esac
done

[ -n "$saved" ] && stty "$saved" <&3 2>/dev/null
exec 3<&- 0</dev/null

nap() {
  if sleep 0.05 2>/dev/null; then
    ticks=$((ticks + 5))
  else
    sleep 1
    ticks=$((ticks + 100))
  fi
}

# now: hundredths of a second. Without /proc what we have slept: date's clock may be set, and has whole seconds.
clock() {
  if [ "$how" = proc ] && IFS=' ' read -r now line </proc/uptime; then
    now=${now%.*}${now#*.}
  else
    now=$ticks
  fi
}

# marked: the pids that carry the run's id in their environment or hold one of its pipes
find_marked() {
  marked=' '
  IFS=$line_end
  case $how in
  proc)
    set +f
    for line in $(grep -lszxF "DEVSTART_RUN=$run" /proc/[0-9]*/environ 2>/dev/null); do
      line=${line#/proc/}
      marked="$marked${line%%/*} "
    done
    [ "$sockets" = ' ' ] || for line in $(ls -l /proc/[0-9]*/fd/[012] 2>/dev/null); do
      case $line in *'-> socket:['*) ;; *) continue ;; esac
      inode=${line##*'socket:['}
      case $sockets in *" ${inode%']'} "*) ;; *) continue ;; esac
      line=${line##* /proc/}
      marked="$marked${line%%/*} "
    done
    set -f
    ;;
  ps)
    # -E on macOS, e elsewhere.
    for line in $(ps -axEww -o pid=,command= 2>/dev/null || ps axeww -o pid=,command= 2>/dev/null); do
      case "$line " in *" DEVSTART_RUN=$run "*) ;; *) continue ;; esac
      IFS=$space
      set -- $line
      marked="$marked$1 "
    done
    ;;
  esac
  IFS=$space
}

# rows:  pid/ppid/group/session/start of each process but the first and this one
# ended: the groups of those that have ended and are not collected yet
# told:  not empty where this process is among them; a list without it says nothing of others
# whole: not empty where the first process is, too: /proc shows other users' processes
list() {
  rows='' ended=' ' told='' whole='' begun=''
  IFS=$line_end
  case $how in
  proc)
    set +f
    table=$(cat /proc/[0-9]*/stat 2>/dev/null)
    set -f
    for line in $table; do
      # A name may hold line ends and brackets.
      case $line in *') '[A-Za-z]' '[0-9]*) ;; *) begun=$begun$line; continue ;; esac
      line=$begun$line begun=''
      pid=${line%% *}
      IFS=$space
      set -- ${line##*') '}
      row "$1" $pid $2 $3 $4 ${20}
    done
    ;;
  ps)
    for line in $(ps -axo stat=,pid=,ppid=,pgid=,lstart= 2>/dev/null); do
      IFS=$space
      set -- $line
      row "$1" $2 $3 $4 $4 "$5_$6_$7_$8_$9"
    done
    ;;
  esac
  table='' IFS=$space
}

# row STATE PID PPID GROUP SESSION START
row() {
  [ "$2" = $$ ] && told=yes
  [ "$2" = 1 ] && whole=yes
  case $1 in
  [ZX]*) ended="$ended$4 " ;;
  *) [ "$2" = 1 ] || [ "$2" = $$ ] || rows="$rows$2/$3/$4/$5/$6 " ;;
  esac
}

# Drops the leaders whose pid is in another's hands: the group's number is another's, too.
# leaders: the pids of the others
drop_recycled() {
  rest=$groups groups='' leaders=' '
  for group in $rest; do
    IFS=/
    set -- $group
    IFS=$space
    case " $rows" in
    *" $1/"*)
      line=" $rows" line=${line#*" $1/"} line=${line%% *}
      [ "$2" = - ] || [ "$2" = "${line##*/}" ] || continue
      ;;
    esac
    groups="$groups$group " leaders="$leaders$1 "
  done
}

# found: pid/start of each process that is ours, and -group/- of each group of ours that is hidden
# led:   the groups of ours in which somebody lives
# lone:  the pids of ours in no group of ours
find_ours() {
  find_marked
  list
  drop_recycled
  ours=' ' found='' led=' ' lone='' grown=yes first=yes
  # Our descendants: whose parent is ours, until there are no more.
  while [ -n "$grown" ]; do
    grown='' rest=$rows rows=''
    for line in $rest; do
      IFS=/
      set -- $line
      IFS=$space
      mine=''
      if [ -n "$first" ]; then
        case $marked in *" $1 "*) mine=yes ;; esac
        case $leaders in *" $4 "*) mine=yes ;; esac
        case $known in *" $1/$5 "*) mine=yes ;; esac
      fi
      case $ours in *" $2 "*) mine=yes ;; esac
      if [ -z "$mine" ]; then
        rows="$rows$line "
        continue
      fi
      grown=yes ours="$ours$1 " found="$found$1/$5 "
      case $leaders in
      *" $3 "*) case $led in *" $3 "*) ;; *) led="$led$3 " ;; esac ;;
      *) lone="$lone$1 " ;;
      esac
    done
    first=''
  done
  find_hidden
  known=" $found"
}

# The groups that exist though nothing is told of them, or of those only that have ended. Where nothing is told of anybody,
# a group that is gone is no longer ours: its number may be another's.
find_hidden() {
  [ -n "$whole" ] || ended=' '
  rest=$groups groups=''
  for group in $rest; do
    pid=${group%%/*}
    case $led$ended in
    *" $pid "*) ;;
    *)
      if kill -0 "-$pid" 2>/dev/null; then
        led="$led$pid " found="$found-$pid/- "
      else
        [ -n "$told" ] || continue
      fi
      ;;
    esac
    groups="$groups$group "
  done
}

# Each group and each process of its own once, so that none takes a second signal for an order to hurry.
ask() {
  for group in $groups; do
    IFS=/
    set -- $group
    IFS=$space
    case $led in *" $1 "*) ;; *) continue ;; esac
    case $asked in *" -$1 "*) continue ;; esac
    asked="$asked-$1 "
    kill -s "$3" -- "-$1" 2>/dev/null
    kill -s CONT -- "-$1" 2>/dev/null
  done
  for pid in $lone; do
    case $asked in *" $pid "*) continue ;; esac
    asked="$asked$pid "
    kill -s TERM "$pid" 2>/dev/null
    kill -s CONT "$pid" 2>/dev/null
  done
}

end_now() {
  for group in $led; do kill -s KILL -- "-$group" 2>/dev/null; done
  for pid in $lone; do kill -s KILL "$pid" 2>/dev/null; done
}

any_alive() {
  for line in $found; do
    pid=${line%%/*}
    case $how$pid in
    proc[0-9]*)
      line=''
      { IFS= read -r line </proc/"$pid"/stat; } 2>/dev/null
      case $line in '' | *') '[ZX]' '*) ;; *) return 0 ;; esac
      ;;
    *) kill -0 "$pid" 2>/dev/null && return 0 ;;
    esac
  done
  return 1
}

for group in $groups; do
  line=${group##*/}
  IFS=,
  for inode in $line; do sockets="$sockets$inode "; done
  IFS=$space
done
ticks=0
clock
deadline=$((now + grace)) known=' ' asked=' ' empty=0 tries=0
# Three looks with nothing: a server may have been on its way from fork to exec.
while [ $empty -lt 3 ] && [ $tries -lt 100 ]; do
  find_ours
  clock
  if [ -z "$found" ]; then
    empty=$((empty + 1))
    nap
  elif [ "$now" -ge $deadline ]; then
    empty=0 tries=$((tries + 1))
    end_now
    nap
  else
    empty=0
    ask
    while any_alive && [ "$now" -lt $deadline ]; do
      nap
      clock
    done
  fi
done
