package web

//go:generate go test -run ^TestGoldenBundle$ -update .
