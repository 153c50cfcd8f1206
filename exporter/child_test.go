package exporter

const childVariable = "KATYDID_EXPORTER_CHILD"

func exportAsChild(string) int { return 0 }
