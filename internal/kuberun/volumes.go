//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubernetes/pkg/fieldpath"
	"k8s.io/kubernetes/pkg/volume/configmap"
	volumeutil "k8s.io/kubernetes/pkg/volume/util"
	"k8s.io/kubernetes/third_party/forked/golang/expansion"
)

// environment is that of a container: the image's, then the pod's. expand puts the pod's variables into arguments.
func (n *node) environment(ctx context.Context, p *corev1.Pod, c *corev1.Container) (env []string, expand func(string) string, err error) {
	vars := map[string]string{}
	if len(c.EnvFrom) > 0 {
		return nil, nil, errors.New("kuberun has no envFrom")
	}
	env = append(env, imageEnv...)
	env = append(env, "HOSTNAME="+p.Name)
	expand = func(s string) string { return expansion.Expand(s, expansion.MappingFuncFor(vars)) }
	for _, e := range c.Env {
		value, found := expand(e.Value), true
		if e.ValueFrom != nil {
			if value, found, err = n.valueFrom(ctx, p, e.ValueFrom); err != nil {
				return nil, nil, fmt.Errorf("%s: %w", e.Name, err)
			}
		}
		if found {
			vars[e.Name] = value
			env = append(env, e.Name+"="+value) // the last one of a name counts
		}
	}
	return env, expand, nil
}

func (n *node) valueFrom(ctx context.Context, p *corev1.Pod, from *corev1.EnvVarSource) (value string, found bool, err error) {
	switch {
	case from.FieldRef != nil:
		value, err = fieldpath.ExtractFieldPathAsString(p, from.FieldRef.FieldPath)
		return value, true, err
	case from.SecretKeyRef != nil:
		ref := from.SecretKeyRef
		secret, err := n.api.CoreV1().Secrets(p.Namespace).Get(ctx, ref.Name, metav1.GetOptions{})
		optional := ref.Optional != nil && *ref.Optional
		if apierrors.IsNotFound(err) && optional {
			return "", false, nil
		}
		if err != nil {
			return "", false, err
		}
		data, found := secret.Data[ref.Key]
		if !found && !optional {
			return "", false, fmt.Errorf("couldn't find key %s in Secret %s/%s", ref.Key, p.Namespace, ref.Name)
		}
		return string(data), found, nil
	}
	return "", false, fmt.Errorf("kuberun has no such source: %v", from)
}

// mounts lays out the volumes of a pod in dir, with the kubelet's own code for a ConfigMap, and says where they are mounted,
// with what every container has besides.
func (n *node) mounts(ctx context.Context, p *corev1.Pod, c *corev1.Container, dir string) (list []mount, err error) {
	volumes := map[string]string{}
	for _, v := range p.Spec.Volumes {
		path := filepath.Join(dir, "volumes", v.Name)
		volumes[v.Name] = path
		if err := os.MkdirAll(path, 0o777); err != nil {
			return nil, err
		}
		switch {
		case v.EmptyDir != nil:
			err = os.Chmod(path, 0o777)
		case v.ConfigMap != nil:
			err = n.layOut(ctx, p, v.ConfigMap, path)
		default:
			err = fmt.Errorf("kuberun has no volumes of the kind of %s", v.Name)
		}
		if err != nil {
			return nil, err
		}
	}
	list = append(list, mount{From: n.katydid, To: entryPoint, ReadOnly: true})
	for _, name := range []string{"/dev/null", "/dev/zero", "/dev/random", "/dev/urandom", "/etc/hosts", "/etc/resolv.conf"} {
		list = append(list, mount{From: name, To: name})
	}
	for _, m := range c.VolumeMounts {
		from, err := filepath.EvalSymlinks(filepath.Join(volumes[m.Name], m.SubPath))
		if err != nil {
			return nil, err
		}
		list = append(list, mount{From: from, To: m.MountPath, ReadOnly: m.ReadOnly})
	}
	return list, nil
}

func (n *node) layOut(ctx context.Context, p *corev1.Pod, source *corev1.ConfigMapVolumeSource, path string) error {
	config, err := n.api.CoreV1().ConfigMaps(p.Namespace).Get(ctx, source.Name, metav1.GetOptions{})
	if err != nil {
		return err
	}
	files, err := configmap.MakePayload(source.Items, config, source.DefaultMode, nil, false)
	if err != nil {
		return err
	}
	w, err := volumeutil.NewAtomicWriter(path, "kuberun")
	if err != nil {
		return err
	}
	return w.Write(files, nil)
}
