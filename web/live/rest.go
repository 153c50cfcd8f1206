package live

import (
	"bytes"
	"encoding/json"
	"net/http"

	"katydid/stats"
)

func keyOf(method, name string) stats.Key { return stats.Key{Method: method, Name: name} }

// jsonText is v as JSON: no text in it can end a script or begin an element.
func jsonText(v any) []byte {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(v); err != nil { // a number that is none would be a mistake of ours
		b.Reset()
		_ = json.NewEncoder(&b).Encode(map[string]string{"error": err.Error()})
	}
	return b.Bytes()
}

func sendJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(jsonText(v)) // a client that is gone needs nothing
}

// exceptionEntry is one of GET /exceptions.
type exceptionEntry struct {
	Count     int64  `json:"count"`
	Message   string `json:"msg"`
	Nodes     string `json:"nodes"`
	Traceback string `json:"traceback"`
}

func (s *Server) exceptions(w http.ResponseWriter, _ *http.Request) {
	list := []exceptionEntry{}
	for _, e := range most(s.board.now().Snapshot.Exceptions, exceptionCount) {
		list = append(list, exceptionEntry{e.Count, s.board.clean(e.Message), "local", s.board.clean(e.Traceback)})
	}
	sendJSON(w, map[string]any{"exceptions": list})
}

// taskRatio is a class or a task of GET /tasks.
type taskRatio struct {
	Ratio pyFloat              `json:"ratio"`
	Tasks map[string]taskRatio `json:"tasks,omitempty"`
}

// tasks gives the shares that the script plans. Locust's are those of the users that there are: 0 before a test.
func (s *Server) tasks(w http.ResponseWriter, _ *http.Request) {
	r := s.test.Plan().Ratios
	sendJSON(w, map[string]any{"per_class": taskRatios(r.PerClass), "total": taskRatios(r.Total)})
}

func taskRatios(list []Ratio) map[string]taskRatio {
	m := map[string]taskRatio{}
	for _, r := range list {
		m[r.Name] = taskRatio{Ratio: pyFloat(r.Share), Tasks: taskRatios(r.Tasks)}
	}
	return m
}

func (s *Server) logs(w http.ResponseWriter, _ *http.Request) {
	lines := []string{}
	for _, l := range s.test.Log(0) {
		lines = append(lines, s.board.clean(l.Text))
	}
	sendJSON(w, map[string]any{"master": lines, "workers": struct{}{}})
}

func (s *Server) workerCount(w http.ResponseWriter, _ *http.Request) {
	sendJSON(w, map[string]int{"worker_count": 0})
}

// user is Locust's way to change a user class while the test goes on.
func (s *Server) user(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "katydid does not change user classes from here. Set weight, fixedCount and host in the script, or choose classes with user_classes of /swarm.",
		http.StatusNotImplemented)
}

// login goes to the page, as Locust does without --web-login. The browser itself asks for a password.
func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, s.base+"/", http.StatusFound)
}
