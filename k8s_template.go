package main

// manifestText is the template of the documents. It says nothing that is the default anyway, and gives its reasons, for people
// are going to read it and change it.
const manifestText = `# {{.About}}
#
# The secret has what the store wants to see. Make it once, from your environment; this file does not hold it:
#   printf '%s\n'{{range .SecretEnv}} "{{.}}=${{.}}"{{end}} |
#     kubectl create secret generic {{.Secret}}{{if .Namespace}} --namespace {{.Namespace}}{{end}} --from-env-file=/dev/stdin
# Start: kubectl create -f FILE. Once more: kubectl replace --force -f FILE. (Not apply, which copies all into an annotation
# that holds 256 KiB.) Kubernetes 1.29 or later.
{{- if .Files}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{quote .Name}}
{{- if .Namespace}}
  namespace: {{quote .Namespace}}
{{- end}}
  labels:
    app.kubernetes.io/name: katydid
    app.kubernetes.io/instance: {{quote .Name}}
data:
{{- range .Files}}{{if .Text}}
  {{quote .Key}}: {{literal "    " .Data}}
{{- end}}{{end}}
{{- if .Binary}}
binaryData:
{{- range .Files}}{{if not .Text}}
  {{quote .Key}}: {{base64 .Data}}
{{- end}}{{end}}
{{- end}}
---
{{- end}}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{quote .Name}}
{{- if .Namespace}}
  namespace: {{quote .Namespace}}
{{- end}}
  labels:
    app.kubernetes.io/name: katydid
    app.kubernetes.io/instance: {{quote .Name}}
spec:
  # All at once, each with an index of its own in JOB_COMPLETION_INDEX: they wait for each other before they begin.
  completionMode: Indexed
  completions: {{.Shards}}
  parallelism: {{.Shards}}
  # A process that has failed is not started again: its share of the load is over, and the others go on without it.
  backoffLimitPerIndex: 0
  podReplacementPolicy: Failed
{{- if .Deadline}}
  # The run, what users may take at its end, and a quarter of an hour for nodes, images and the wait for each other.
  activeDeadlineSeconds: {{.Deadline}}
{{- end}}
  # Logs can be read for a day.
  ttlSecondsAfterFinished: 86400
  template:
    metadata:
      labels:
        app.kubernetes.io/name: katydid
        app.kubernetes.io/instance: {{quote .Name}}
      annotations:
        # Whoever makes room on nodes leaves it alone.
        cluster-autoscaler.kubernetes.io/safe-to-evict: "false"
        karpenter.sh/do-not-disrupt: "true"
    spec:
      restartPolicy: Never
      # What users may take at the end (--stop-timeout), and a minute for the last results.
      terminationGracePeriodSeconds: {{.Grace}}
      automountServiceAccountToken: false
      enableServiceLinks: false
      # On different nodes, if there are: processes that share a processor measure each other.
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: kubernetes.io/hostname
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              app.kubernetes.io/instance: {{quote .Name}}
      securityContext:
        runAsNonRoot: true
        runAsUser: 65532
        runAsGroup: 65532
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: katydid
          image: {{quote .Image}}
          imagePullPolicy: IfNotPresent
          workingDir: ` + podResults + `
          args:
{{- range .Args}}
            - {{arg .}}
{{- end}}
          env:
{{- if not .OwnRunID}}
            - name: JOB_UID
              valueFrom:
                fieldRef:
                  fieldPath: metadata.labels['batch.kubernetes.io/controller-uid']
{{- end}}
            # What is asked for below, and two at least: there is no limit, and on a large node each more would cost memory.
            - name: GOMAXPROCS
              value: "{{.Processors}}"
            - name: KATYDID_IMPORT_CACHE
              value: /tmp/imports
{{- range .SecretEnv}}
            - name: {{.}}
              valueFrom:
                secretKeyRef:
                  name: {{quote $.Secret}}
                  key: {{.}}
{{- end}}
{{- range .OptionalEnv}}
            - name: {{.}}
              valueFrom:
                secretKeyRef:
                  name: {{quote $.Secret}}
                  key: {{.}}
                  optional: true
{{- end}}
          resources:
            requests:
{{- if .CPUSum}}
              # {{.CPUSum}}, at least 250m. No limit: what it
              # holds back would be measured as the target's slowness.
{{- end}}
              cpu: {{quote .CPU}}
{{- if .MemorySum}}
              # {{.MemorySum}}, at least 128Mi, in steps of 64Mi.
{{- end}}
              memory: {{quote .Memory}}
            limits:
              # A run ends, with its results, at 85 % of it.
              memory: {{quote .Memory}}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: ["ALL"]
          volumeMounts:
{{- if .Files}}
            - name: project
              mountPath: ` + podProject + `
              subPath: project
              readOnly: true
{{- end}}
            - name: results
              mountPath: ` + podResults + `
            - name: tmp
              mountPath: /tmp
      volumes:
{{- if .Files}}
        - name: project
          configMap:
            name: {{quote .Name}}
            items:
{{- range .Files}}
              - key: {{quote .Key}}
                path: {{quote (print "project/" .Path)}}
{{- end}}
{{- end}}
        - name: results
          emptyDir: {}
        - name: tmp
          emptyDir: {}
`
