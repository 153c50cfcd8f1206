package live

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
)

// swarmed is the answer to POST /swarm. As Locust's it has the status 200, also if nothing was started.
type swarmed struct {
	Success bool     `json:"success"`
	Message string   `json:"message"`
	Host    string   `json:"host"`
	RunTime *int     `json:"run_time,omitempty"` // seconds
	Classes []string `json:"user_classes,omitempty"`
	Ignored []string `json:"ignored,omitempty"` // fields that mean nothing here
}

// swarm starts a test, or changes the one that goes on.
func (s *Server) swarm(w http.ResponseWriter, r *http.Request) {
	fields, err := readFields(r)
	bodyRead(w)
	if err != nil {
		var bad *badRequest
		status := http.StatusBadRequest
		if errors.As(err, &bad) {
			status = bad.status
		}
		http.Error(w, err.Error(), status)
		return
	}
	plan := s.test.Plan()
	form, ignored, err := newForm(fields, plan)
	a := swarmed{Host: s.board.clean(withoutUser(hostOf(&form, plan))), Ignored: ignored}
	if err == nil && form.RunTime != "" {
		a.RunTime, err = s.runTime(form.RunTime)
	}
	if err == nil {
		err = s.test.Start(form)
	}
	if err != nil {
		a.Message, a.RunTime = s.board.clean(err.Error()), nil
		sendJSON(w, a)
		return
	}
	a.Success, a.Message, a.Classes = true, "Swarming started", classesOf(&form, plan)
	if plan.Shape != "" {
		a.Message = fmt.Sprintf("Swarming started using shape class '%s'", plan.Shape)
	}
	sendJSON(w, a)
}

// runTime is in whole seconds, as Locust's answer has it.
func (s *Server) runTime(text string) (*int, error) {
	d, err := s.opts.RunTime(text)
	if err != nil || d < 0 {
		return nil, errors.New("Valid run_time formats are : 20, 20s, 3m, 2h, 1h20m, 3h30m10s, etc.") //nolint:revive,staticcheck // Locust's words
	}
	seconds := int(d.Seconds())
	return &seconds, nil
}

func hostOf(f *Form, p *Plan) string {
	if f.Host != "" {
		return f.Host
	}
	return p.Host
}

// classesOf are the user classes of the test in the order of their names.
func classesOf(f *Form, p *Plan) (names []string) {
	names = slices.Clone(f.Classes)
	if len(names) == 0 {
		for _, c := range p.Classes {
			if c.Chosen {
				names = append(names, c.Name)
			}
		}
	}
	slices.Sort(names)
	return names
}

// stop answers when all users have left, or the client has gone.
func (s *Server) stop(w http.ResponseWriter, r *http.Request) {
	if err := s.test.Stop(r.Context()); err != nil {
		sendJSON(w, swarmedMessage{false, s.board.clean(err.Error())})
		return
	}
	sendJSON(w, swarmedMessage{true, "Test stopped"})
}

type swarmedMessage struct {
	Success bool   `json:"success"`
	Message string `json:"message"`
}

func (s *Server) reset(w http.ResponseWriter, _ *http.Request) {
	if err := s.test.Reset(); err != nil {
		http.Error(w, s.board.clean(err.Error()), http.StatusConflict)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte("ok"))
}
