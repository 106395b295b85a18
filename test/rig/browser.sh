#!/bin/sh
# A browser that dials back to the rig with the URL it was given.
exec "$RIG_NODE" "$(dirname "$0")/server.mjs" browser "$1"
