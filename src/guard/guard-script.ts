/**
 * The guard, as `sh -c SCRIPT sh RUN GRACE HOW`: RUN is the run's id, GRACE the kill timeout in hundredths of a
 * second, HOW `proc` where /proc tells of the processes and `ps` elsewhere. POSIX alone: dash, ash, bash 3.2.
 * While the launcher lives it blocks in `read`. Lines on stdin:
 *
 *     add PID/START/SIGNAL/SOCKET,SOCKET   a leader: its start and its pipes' inodes where they are known
 *     del PID                              it has ended
 *     tty SETTINGS                         of `stty -g`; the terminal is fd 3
 *     done                                 the run has ended: nothing is left to do
 *
 * The end of stdin without `done` is the launcher's death.
 */
export const GUARD_SCRIPT = `# devstart's guard: ends what this run has started when its launcher dies
run=$1 grace=$2 how=$3
trap '' INT TERM HUP QUIT TSTP TTIN TTOU PIPE
set -f
space=' \t
' line_end='
'
groups='' sockets=' ' saved=''
while IFS= read -r line; do
  word=\${line#* }
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

nap() { sleep 0.05 2>/dev/null || sleep 1; }

clock() {
  if [ "$how" = proc ] && IFS=' ' read -r now line </proc/uptime; then
    now=\${now%.*}\${now#*.}
  else
    now=$(date +%s)00
  fi
}

# marked: the pids that carry the run's id in their environment or hold one of its pipes
find_marked() {
  marked=' '
  IFS=$line_end
  if [ "$how" = proc ]; then
    set +f
    for line in $(grep -lszxF "DEVSTART_RUN=$run" /proc/[0-9]*/environ 2>/dev/null); do
      line=\${line#/proc/}
      marked="$marked\${line%%/*} "
    done
    [ "$sockets" = ' ' ] || for line in $(ls -l /proc/[0-9]*/fd/[012] 2>/dev/null); do
      case $line in *'-> socket:['*) ;; *) continue ;; esac
      inode=\${line##*'socket:['}
      case $sockets in *" \${inode%']'} "*) ;; *) continue ;; esac
      line=\${line##* /proc/}
      marked="$marked\${line%%/*} "
    done
    set -f
  else
    for line in $(ps -axEww -o pid=,command= 2>/dev/null || ps axeww -o pid=,command= 2>/dev/null); do
      case "$line " in *" DEVSTART_RUN=$run "*) ;; *) continue ;; esac
      IFS=$space
      set -- $line
      marked="$marked$1 "
    done
  fi
  IFS=$space
}

# rows: pid/ppid/group/session/start of each process but the ended, the first and this one
list() {
  rows='' begun=''
  IFS=$line_end
  if [ "$how" = proc ]; then
    set +f
    table=$(cat /proc/[0-9]*/stat 2>/dev/null)
    set -f
    for line in $table; do
      # A name may hold line ends and brackets.
      case $line in *') '[A-Za-z]' '[0-9]*) ;; *) begun=$begun$line; continue ;; esac
      line=$begun$line begun=''
      pid=\${line%% *}
      IFS=$space
      set -- \${line##*') '}
      case $1 in Z | X) continue ;; esac
      row $pid $2 $3 $4 \${20}
    done
  else
    for line in $(ps -axo pid=,ppid=,pgid=,stat=,lstart= 2>/dev/null); do
      IFS=$space
      set -- $line
      case $4 in Z*) continue ;; esac
      row $1 $2 $3 $3 $5_$6_$7_$8_$9
    done
  fi
  table='' IFS=$space
}

row() {
  [ "$1" = 1 ] || [ "$1" = $$ ] || rows="$rows$1/$2/$3/$4/$5 "
}

# ours: " pid pid "; found: pid/start of each; led: the groups among them; lone: the pids outside of these
look() {
  find_marked
  list
  # A leader's pid in another's hands: the group's number is another's, too.
  rest=$groups groups='' leaders=' '
  for group in $rest; do
    IFS=/
    set -- $group
    IFS=$space
    case " $rows" in
    *" $1/"*)
      line=" $rows" line=\${line#*" $1/"} line=\${line%% *}
      [ "$2" = - ] || [ "$2" = "\${line##*/}" ] || continue
      ;;
    esac
    groups="$groups$group " leaders="$leaders$1 "
  done
  ours=' ' found='' led=' ' lone='' grown=yes first=yes
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
  known=" $found"
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
    pid=\${line%%/*}
    if [ "$how" = proc ]; then
      line=''
      { IFS= read -r line </proc/"$pid"/stat; } 2>/dev/null
      case $line in '' | *') '[ZX]' '*) ;; *) return 0 ;; esac
    elif kill -0 "$pid" 2>/dev/null; then
      return 0
    fi
  done
  return 1
}

for group in $groups; do
  line=\${group##*/}
  IFS=,
  for inode in $line; do sockets="$sockets$inode "; done
  IFS=$space
done
# A clock of whole seconds: no second of the grace is lost.
[ "$how" = proc ] || grace=$((grace + 100))
clock
deadline=$((now + grace)) known=' ' asked=' ' empty=0 tries=0
# Three looks with nothing: a server may have been on its way from fork to exec.
while [ $empty -lt 3 ] && [ $tries -lt 100 ]; do
  look
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
`;
