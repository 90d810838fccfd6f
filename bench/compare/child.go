package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/seed-312a1f22/dyad/bench/protocol"
)

// A child is a peer in a process of its own, which ends when its standard input
// does.
type child struct {
	hello    protocol.Hello
	cancel   context.CancelFunc
	command  *exec.Cmd
	stdin    io.WriteCloser
	requests *json.Encoder
	replies  *json.Decoder
	stderr   bytes.Buffer
}

// patience is how long a peer may take to start, and to answer beyond the time
// asked for. PyTorch takes seconds to load, and 10 s for NT-Xent of 8192 pairs,
// which it does three times at least: once to see the result, to warm up, to time.
const patience = 5 * time.Minute

// start runs a command with additions to the environment and reads its hello.
func start(ctx context.Context, environment []string, name string, args ...string) (*child, error) {
	ctx, cancel := context.WithCancel(ctx)
	c := &child{cancel: cancel, command: exec.CommandContext(ctx, name, args...)}
	c.command.Env = append(os.Environ(), environment...)
	c.command.Stderr = &c.stderr
	stdin, err := c.command.StdinPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	stdout, err := c.command.StdoutPipe()
	if err != nil {
		cancel()
		return nil, err
	}
	if err := c.command.Start(); err != nil {
		cancel()
		return nil, err
	}
	c.stdin, c.requests, c.replies = stdin, json.NewEncoder(stdin), json.NewDecoder(stdout)
	if err := c.read(&c.hello, patience); err != nil {
		c.close()
		return nil, fmt.Errorf("no hello: %w", err)
	}
	if c.hello.Error != "" {
		c.close()
		return nil, errors.New(c.hello.Error)
	}
	return c, nil
}

// time asks for a timing and waits for it.
func (c *child) time(r protocol.Request) (protocol.Reply, error) {
	var reply protocol.Reply
	if err := c.requests.Encode(r); err != nil {
		return reply, c.because(err)
	}
	if err := c.read(&reply, patience+time.Duration(2*r.Seconds*float64(time.Second))); err != nil {
		return reply, err
	}
	if reply.Error != "" {
		return reply, errors.New(reply.Error)
	}
	return reply, nil
}

// read decodes the next line, and ends the process if it takes too long.
func (c *child) read(line any, limit time.Duration) error {
	timer := time.AfterFunc(limit, c.cancel)
	defer timer.Stop()
	if err := c.replies.Decode(line); err != nil {
		return c.because(err)
	}
	return nil
}

// because ends the process and adds to an error the last line that it wrote to
// standard error.
func (c *child) because(err error) error {
	c.close()
	lines := strings.Split(strings.TrimSpace(c.stderr.String()), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return fmt.Errorf("%w: %s", err, last)
	}
	return err
}

// close ends the process and waits for it. Only the first call does anything.
func (c *child) close() {
	c.stdin.Close()
	c.cancel()
	c.command.Wait() // how it ended does not matter any more, and a second Wait returns at once
}
