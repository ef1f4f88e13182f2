#!/bin/sh
# Asks dpkg itself whether a relation holds: version, relation, version a line.
while read -r a relation b; do
    if dpkg --compare-versions "$a" "$relation" "$b" 2>/dev/null; then
        echo yes
    else
        echo no
    fi
done
