package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
)

// notSettings are the flags that say where a run goes and what is shown of it, not
// what it is: they are not in config.json.
var notSettings = []string{"config", "out", "resume", "quiet", "profile", "json", "threads"}

// settings returns config.json: an object of all other flags by their names.
func settings(f *flag.FlagSet) (json.RawMessage, error) {
	all := make(map[string]any)
	f.VisitAll(func(g *flag.Flag) {
		if !slices.Contains(notSettings, g.Name) {
			all[g.Name] = g.Value.(flag.Getter).Get()
		}
	})
	return json.MarshalIndent(all, "", "  ")
}

// readSettings sets the flags that were not given to what config.json says. A
// setting that is null, or not there, leaves the default.
func readSettings(f *flag.FlagSet, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("-config: %w", err)
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return fmt.Errorf("-config: %s: %w", path, err)
	}
	typed := make(map[string]bool)
	f.Visit(func(g *flag.Flag) { typed[g.Name] = true })
	for _, name := range slices.Sorted(maps.Keys(all)) {
		if f.Lookup(name) == nil || slices.Contains(notSettings, name) {
			return fmt.Errorf("-config: %s: there is no setting %q", path, name)
		}
		value, err := asFlag(all[name])
		if err == nil && value != "" && !typed[name] {
			err = f.Set(name, value)
		}
		if err != nil {
			return fmt.Errorf("-config: %s: %q is %s: %w", path, name, all[name], err)
		}
	}
	return nil
}

// asFlag returns a JSON value as it is typed behind a flag, "" for null.
func asFlag(value json.RawMessage) (string, error) {
	switch value[0] {
	case 'n':
		return "", nil
	case '{':
		return "", fmt.Errorf("a number, a word or a list of them is expected")
	case '"':
		var word string
		err := json.Unmarshal(value, &word)
		return word, err
	case '[':
		var list []json.RawMessage
		if err := json.Unmarshal(value, &list); err != nil {
			return "", err
		}
		var parts [][]byte
		for _, v := range list {
			part, err := asFlag(v)
			if err != nil {
				return "", err
			}
			parts = append(parts, []byte(part))
		}
		return string(bytes.Join(parts, []byte(","))), nil
	}
	return string(value), nil
}
