/* Calls a BLAS routine many times, so that a timing of it is free of Python's
   call. peers.py compiles this where there is a C compiler. */

#define TIMES for (long long t = 0; t < calls; t++)

/* integer is int, or long long of a BLAS with 64-bit integers. */
#define REPEAT(suffix, integer) \
	void repeat_sgemm##suffix( \
	    void (*f)(int, int, int, integer, integer, integer, float, const float *, \
	              integer, const float *, integer, float, float *, integer), \
	    long long calls, long long m, long long n, long long k, const float *a, const float *b, float *c) \
	{ \
		TIMES f(101, 111, 111, m, n, k, 1, a, k, b, n, 0, c, n); \
	} \
	float repeat_sdot##suffix( \
	    float (*f)(integer, const float *, integer, const float *, integer), \
	    long long calls, long long n, const float *x, const float *y) \
	{ \
		float sum = 0; \
		TIMES sum = f(n, x, 1, y, 1); \
		return sum; \
	} \
	void repeat_saxpy##suffix( \
	    void (*f)(integer, float, const float *, integer, float *, integer), \
	    long long calls, long long n, const float *x, float *y) \
	{ \
		TIMES f(n, 1, x, 1, y, 1); \
	}

REPEAT(, int)
REPEAT(64, long long)
