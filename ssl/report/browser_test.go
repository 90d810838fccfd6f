package report_test

import (
	"bytes"
	"context"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"os"
)

// TestBrowser holds that the page opens in Chromium: it says nothing on its
// console, and the sections are in the document that it made of the page.
func TestBrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: starts a browser")
	}
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not here")
	}
	dir := t.TempDir()
	page := filepath.Join(dir, "report.html")
	if err := os.WriteFile(page, []byte(write(t, newRun(20))), 0o666); err != nil {
		t.Fatal(err)
	}
	document, log := open(t, chromium, page)
	if console := consoleLines(log); len(console) > 0 {
		t.Errorf("the console says\n%s", strings.Join(console, "\n"))
	}
	for _, id := range []string{"warnings", "features", "loss", "training", "map", "neighbors", "views", "setup", "numbers"} {
		if !strings.Contains(document, `<section id="`+id+`"`) {
			t.Errorf("the document has no section %s", id)
		}
	}
	if n := strings.Count(document, "<svg class=\"chart\""); n != 8 {
		t.Errorf("the document has %d charts, want 8", n)
	}

	// And that this would be seen: a page that asks for what the policy forbids.
	broken := strings.Replace(write(t, newRun(1)), "</main>", `<img src="`+filepath.ToSlash(page)+`" alt=""></main>`, 1)
	if err := os.WriteFile(page, []byte(broken), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, log := open(t, chromium, page); len(consoleLines(log)) == 0 {
		t.Errorf("the console is silent about a request that the page forbids:\n%s", log)
	}
}

// open returns the document that the browser makes of a page, and its log.
func open(t *testing.T, chromium, page string) (document, log string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	// Not t.TempDir: the browser's helpers may still write when it has ended.
	profile, err := os.MkdirTemp("", "report-browser")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(profile)
	command := exec.CommandContext(ctx, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
		"--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
		"--user-data-dir="+profile, "--enable-logging=stderr", "--v=0", "--dump-dom", "file://"+page)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	command.WaitDelay = time.Second
	if err := command.Run(); err != nil {
		t.Fatalf("%v: %v\n%s", command, err, stderr.String())
	}
	return stdout.String(), stderr.String()
}

// consoleLines returns what a page brought to the browser's console.
func consoleLines(log string) []string {
	return regexp.MustCompile(`(?m)^.*CONSOLE.*$`).FindAllString(log, -1)
}
