package live

import "net/http"

func (s *Server) metrics() http.HandlerFunc { return func(w http.ResponseWriter, r *http.Request) {} }
