# katydid as one static binary in an image of its own, with the example scripts. To build it:
#
#   docker build --build-arg VERSION=$(git describe --tags --always) -t katydid .
#
# and to run a script of yours, which is in this folder:
#
#   docker run --rm -v "$PWD:/project:ro" katydid run /project/script.js -H https://example.com -u 100 -t 1m
#
# An image with your scripts in it, for --script-from image of katydid k8s and for other engines:
#
#   FROM katydid
#   COPY . /project
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=dev
RUN CGO_ENABLED=0 go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /katydid . \
    # What the image has besides: folders that any user may write to, as a FROM scratch image can run no mkdir.
    && mkdir -p /root-fs/tmp /root-fs/results /root-fs/etc \
    && chmod 1777 /root-fs/tmp /root-fs/results \
    && echo 'katydid:x:65532:65532::/tmp:/sbin/nologin' > /root-fs/etc/passwd

FROM scratch
# Without them no certificate of a target or a store is trusted.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /root-fs /
COPY --from=build /katydid /usr/local/bin/katydid
COPY --from=build /src/scripts /project/scripts
ENV PATH=/usr/local/bin HOME=/tmp KATYDID_IMPORT_CACHE=/tmp/imports
USER 65532:65532
WORKDIR /results
ENTRYPOINT ["/usr/local/bin/katydid"]
CMD ["help"]
