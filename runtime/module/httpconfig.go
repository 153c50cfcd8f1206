package module

import (
	"fmt"
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/bridge"
	"katydid/runtime/js"
	"katydid/runtime/vu"
)

// HTTPConfig reads static http of a user class; nil if the class has no client. read gives a file named in it, by its
// path relative to the script.
func HTTPConfig(m *vu.Main, class *goja.Object, resolve func(path string) string) (cfg *bridge.Config, err error) {
	if e := m.Guard(func() { cfg, err = httpConfig(m, class, resolve) }); e != nil {
		return nil, e
	}
	return cfg, err
}

func httpConfig(m *vu.Main, class *goja.Object, resolve func(path string) string) (*bridge.Config, error) {
	if v := class.Get("$http"); !js.Given(v) {
		return nil, nil
	}
	cfg := &bridge.Config{Proxy: bridge.EnvProxy()}
	v := class.Get("http")
	if !js.Given(v) {
		return cfg, nil
	}
	o, ok := v.(*goja.Object)
	if !ok {
		return nil, fmt.Errorf("static http must be an object, not %v", v)
	}
	var tls bridge.TLSFiles
	for _, key := range o.Keys() {
		if err := setHTTP(m.RT, cfg, &tls, key, o.Get(key)); err != nil {
			return nil, err
		}
	}
	return cfg, applyTLS(cfg, tls, resolve)
}

// applyTLS reads the files that static http names.
func applyTLS(cfg *bridge.Config, t bridge.TLSFiles, resolve func(string) string) (err error) {
	if t == (bridge.TLSFiles{}) {
		return nil
	}
	for _, p := range []*string{&t.CA, &t.Cert, &t.Key} {
		if *p != "" {
			*p = resolve(*p)
		}
	}
	cfg.TLS, err = t.Config()
	return err
}

// setHTTP takes one key of static http.
func setHTTP(rt *goja.Runtime, cfg *bridge.Config, t *bridge.TLSFiles, key string, v goja.Value) (err error) {
	if !js.Given(v) {
		return nil
	}
	if ex := rt.Try(func() { // to put the key's place in front of what is wrong with it
		switch key {
		case "timeout":
			cfg.Timeout = seconds(rt, key, v)
		case "insecure":
			t.Insecure = v.ToBoolean()
		case "ca":
			t.CA = v.String()
		case "cert":
			t.Cert = v.String()
		case "key":
			t.Key = v.String()
		case "maxRedirects", "max_redirects":
			cfg.MaxRedirects = redirects(rt, v)
		case "headers":
			cfg.Header = addFields(rt, cfg.Header, js.Object(rt, key, v))
		case "auth":
			cfg.Header = append(cfg.Header, bridge.Field{Name: "Authorization", Value: authOf(rt, v)})
		case "userAgent", "user_agent":
			cfg.UserAgent = v.String()
		case "keepAlive", "keep_alive":
			cfg.NoKeepAlive = !v.ToBoolean()
		case "maxBody", "max_body":
			cfg.MaxBody = max(v.ToInteger(), 1)
		case "acceptEncoding", "accept_encoding":
			cfg.AcceptEncoding = v.String()
		case "proxy":
			err = setProxy(cfg, v)
		case "groupUrls", "group_urls": // read by each user, see groupsOf
		default:
			err = fmt.Errorf("unknown key in static http: %q", key)
		}
	}); ex != nil {
		return fmt.Errorf("static http: %s", strings.TrimPrefix(ex.Value().String(), "TypeError: "))
	}
	return err
}

func setProxy(cfg *bridge.Config, v goja.Value) (err error) {
	if v.String() == "false" {
		cfg.Proxy = nil
		return nil
	}
	cfg.Proxy, err = bridge.FixedProxy(v.String())
	return err
}
