package targetapi

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// get asks a for path and returns the answer and how long it took.
func get(a *API, path string) (status int, body string, took time.Duration) {
	w := httptest.NewRecorder()
	began := time.Now()
	a.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String(), time.Since(began)
}

func TestVolatileSequence(t *testing.T) {
	// The seconds of one round, from request 1 on: the 61st request waits 5 s too.
	var round []int
	for seconds, requests := range []int{10, 10, 10, 10, 10, 11} {
		round = append(round, slices.Repeat([]int{seconds}, requests)...)
	}
	synctest.Test(t, func(t *testing.T) {
		a := New(nil)
		for i, seconds := range slices.Repeat(round, 3) {
			status, body, took := get(a, "/volatile")
			want := fmt.Sprintf("Produced response after %d second/s", seconds)
			if status != 200 || body != want || took != time.Duration(seconds)*time.Second {
				t.Fatalf("request %d: %d %q after %v, want 200 %q after %d s", i+1, status, body, took, want, seconds)
			}
		}
	})
}

func TestBuggySequence(t *testing.T) {
	a := New(nil)
	for n := range 200 {
		wantStatus, want := 200, fmt.Sprintf("Ok for request %d", n)
		if slices.Contains([]int{0, 5}, n%10) {
			wantStatus, want = 500, "Internal Server Error\n"
		}
		if status, body, _ := get(a, "/buggy"); status != wantStatus || body != want {
			t.Fatalf("request %d: %d %q, want %d %q", n+1, status, body, wantStatus, want)
		}
	}
}

func TestOneCounterForBothPages(t *testing.T) {
	steps := []struct {
		times  int
		path   string
		status int // of the last one
		body   string
		took   time.Duration
	}{
		{1, "/buggy", 500, "Internal Server Error\n", 0},                             // 0
		{4, "/volatile", 200, "Produced response after 0 second/s", 0},               // 1-4
		{1, "/buggy", 500, "Internal Server Error\n", 0},                             // 5
		{3, "/", 200, "Server OK", 0},                                                // takes no number
		{1, "/unknown", 404, "Not Found\n", 0},                                       // nor does this
		{4, "/buggy", 200, "Ok for request 9", 0},                                    // 6-9
		{1, "/volatile", 200, "Produced response after 1 second/s", time.Second},     // 10
		{90, "/buggy", 500, "Internal Server Error\n", 0},                            // 11-100: not set back
		{2, "/buggy", 200, "Ok for request 102", 0},                                  // 101, 102
		{1, "/volatile", 200, "Produced response after 5 second/s", 5 * time.Second}, // 103: sets it back
		{2, "/buggy", 200, "Ok for request 1", 0},
	}
	synctest.Test(t, func(t *testing.T) {
		a := New(nil)
		for i, s := range steps {
			for range s.times - 1 {
				get(a, s.path)
			}
			if status, body, took := get(a, s.path); status != s.status || body != s.body || took != s.took {
				t.Errorf("step %d, %s: %d %q after %v, want %d %q after %v", i, s.path, status, body, took, s.status, s.body, s.took)
			}
		}
	})
}

func TestOtherPathsAndMethods(t *testing.T) {
	tests := []struct {
		method, path string
		status       int
		counted      Answer
	}{
		{"GET", "/", 200, Answer{"/", 200}},
		{"GET", "/?q=1", 200, Answer{"/", 200}},
		{"HEAD", "/", 200, Answer{"/", 200}},
		{"HEAD", "/buggy", 500, Answer{"/buggy", 500}},
		{"POST", "/", 405, Answer{"/", 405}},
		{"DELETE", "/buggy", 405, Answer{"/buggy", 405}},
		{"OPTIONS", "/volatile", 405, Answer{"/volatile", 405}},
		{"GET", "/volatile/", 404, Answer{OtherPaths, 404}},
		{"GET", "/Volatile", 404, Answer{OtherPaths, 404}},
		{"POST", "/nowhere", 404, Answer{OtherPaths, 404}},
	}
	for _, test := range tests {
		a, w := New(nil), httptest.NewRecorder()
		a.ServeHTTP(w, httptest.NewRequest(test.method, test.path, nil))
		if w.Code != test.status {
			t.Errorf("%s %s: %d, want %d", test.method, test.path, w.Code, test.status)
		}
		if allow := w.Header().Get("Allow"); (allow == "GET, HEAD") != (w.Code == 405) {
			t.Errorf("%s %s: %d with Allow %q", test.method, test.path, w.Code, allow)
		}
		if got, want := a.Served(), map[Answer]int64{test.counted: 1}; !maps.Equal(got, want) {
			t.Errorf("%s %s: counted %v, want %v", test.method, test.path, got, want)
		}
	}
}

// inParallel calls f n times at once and returns how often each result came.
func inParallel(n int, f func() string) map[string]int {
	var mu sync.Mutex
	var all sync.WaitGroup
	results := map[string]int{}
	for range n {
		all.Go(func() {
			result := f()
			mu.Lock()
			defer mu.Unlock()
			results[result]++
		})
	}
	all.Wait()
	return results
}

func TestParallelRequestsTakeEachNumberOnce(t *testing.T) {
	a := New(nil)
	got := inParallel(1000, func() string {
		_, body, _ := get(a, "/buggy")
		return body
	})
	want := map[string]int{"Internal Server Error\n": 200}
	for n := range 1000 {
		if n%5 != 0 {
			want[fmt.Sprintf("Ok for request %d", n)] = 1
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("%d different answers, %d failures; want %d and 200", len(got), got["Internal Server Error\n"], len(want))
	}
	if got, want := a.Served(), (map[Answer]int64{{"/buggy", 200}: 800, {"/buggy", 500}: 200}); !maps.Equal(got, want) {
		t.Errorf("served %v, want %v", got, want)
	}
}

func TestParallelRequestsKeepWholeRounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(nil)
		got := inParallel(10*61, func() string {
			_, _, took := get(a, "/volatile")
			return took.String()
		})
		want := map[string]int{"0s": 100, "1s": 100, "2s": 100, "3s": 100, "4s": 100, "5s": 110}
		if !maps.Equal(got, want) {
			t.Errorf("waits %v, want %v", got, want)
		}
	})
}

func TestWaitEndsWhenTheClientLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := New(nil)
		for range 10 {
			get(a, "/volatile")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		began := time.Now()
		a.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, http.MethodGet, "/volatile", nil))
		if took := time.Since(began); took != 300*time.Millisecond {
			t.Errorf("waited %v for a client that left after 300ms", took)
		}
		if got, want := a.Served(), (map[Answer]int64{{"/volatile", 200}: 10, {"/volatile", 499}: 1}); !maps.Equal(got, want) {
			t.Errorf("served %v, want %v", got, want)
		}
	})
}
