#!/usr/bin/env bash
# Makes the container "testresult" in Azurite, and .env.azurite, which tells katydid how to get there: KATYDID_EXPORT and
# a SAS_TOKEN of the least kind (create and write in this one container, for a week). Run it again for a new token.
#
# The key is no secret: it is the one that every Azurite has.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

account=devstoreaccount1
key='Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=='
container=${1:-testresult}
azurite=${AZURITE:-http://127.0.0.1:10000/$account}
file=${2:-.env.azurite}
version=2021-12-02
format=+%Y-%m-%dT%H:%M:%SZ
expiry=$(date -u -d '+7 days' $format 2>/dev/null || date -u -v+7d $format) # GNU, BSD

# sign signs its arguments, a line each, and prints the signature fit for a URL.
sign() {
  local hex text
  hex=$(printf %s "$key" | base64 -d | od -An -v -tx1 | tr -d ' \n')
  text=$(printf '%s\n' "$@" && printf .)
  printf %s "${text%$'\n.'}" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$hex" -binary | base64 | tr -d '\n' \
    | sed 's/+/%2B/g; s|/|%2F|g; s/=/%3D/g'
}

# An account SAS that may create containers; account, sp, ss, srt, st, se, sip, spr, sv, encryption scope and an empty line.
admin="sv=$version&ss=b&srt=c&sp=c&se=${expiry//:/%3A}&sig=$(sign "$account" c b c '' "$expiry" '' '' "$version" '' '')"

status=$(curl -sS --retry 30 --retry-delay 1 --retry-connrefused -o /dev/null -w '%{http_code}' -X PUT -H 'Content-Length: 0' \
  -H "x-ms-version: $version" "$azurite/$container?restype=container&$admin")
case $status in
  201 | 409) ;; # made, or there already
  *) echo "azurite.sh: Azurite answered $status when asked for the container $container" >&2 && exit 1 ;;
esac

# A service SAS: sp, st, se, resource, identifier, sip, spr, sv, sr, snapshot, encryption scope and five headers.
signature=$(sign cw '' "$expiry" "/blob/$account/$container" '' '' '' "$version" c '' '' '' '' '' '' '')
umask 077
cat >"$file" <<END
KATYDID_EXPORT='$azurite/$container'
SAS_TOKEN='sv=$version&sr=c&sp=cw&se=${expiry//:/%3A}&sig=$signature'
END
echo "azurite.sh: $file is good until $expiry"
