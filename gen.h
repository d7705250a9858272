struct F0 { enum : int { H=4,W=7,CG=72,OH=2,OW=7,KG=200,K=200,FH=3,FW=3,TAPS=9,PH=0,PW=1,DH=1,DW=1,WHOLE=0,
 IN=72,OUT=208,DZ=208,DX=72,RES=200,POOL=1,WINNERS=1,BIAS=0,NORM=0,RESIDUAL=1,ADD=0,DOWN=1,N=128,STAGES=3,BLOCKS=1,FOR_INPUT=0};
 static FN float eps() { return 1e-3f; } static FN float apply(float v) { return v; } };
struct D0 { enum : int { H=4,W=7,CG=72,OH=2,OW=7,KG=200,K=200,FH=3,FW=3,TAPS=9,PH=0,PW=1,DH=1,DW=1,WHOLE=0,
 IN=72,OUT=208,DZ=208,DX=72,RES=200,POOL=1,WINNERS=1,BIAS=0,NORM=0,RESIDUAL=1,ADD=1,DOWN=1,N=128,STAGES=2,BLOCKS=1,FOR_INPUT=1};
 static FN float eps() { return 1e-3f; } static FN float apply(float v) { return v; } };
struct X0 { enum : int { H=4,W=7,CG=72,OH=2,OW=7,KG=200,K=200,FH=3,FW=3,TAPS=9,PH=0,PW=1,DH=1,DW=1,WHOLE=0,
 IN=72,OUT=208,DZ=208,DX=72,RES=200,POOL=1,WINNERS=1,BIAS=0,NORM=0,RESIDUAL=1,ADD=1,DOWN=1,N=64,STAGES=3,BLOCKS=1,FOR_INPUT=0};
 static FN float eps() { return 1e-3f; } static FN float apply(float v) { return v; } };
struct F1 { enum : int { H=9,W=11,CG=64,OH=9,OW=11,KG=16,K=16,FH=1,FW=1,TAPS=1,PH=0,PW=0,DH=1,DW=1,WHOLE=0,
 IN=72,OUT=24,DZ=24,DX=64,RES=16,POOL=0,WINNERS=0,BIAS=2,NORM=1,RESIDUAL=0,ADD=0,DOWN=2,N=256,STAGES=3,BLOCKS=2,FOR_INPUT=0};
 static FN float eps() { return 1e-3f; } static FN float apply(float v) { return v > 0.f ? v : 0.f; } };
struct D1 { enum : int { H=9,W=11,CG=64,OH=9,OW=11,KG=16,K=16,FH=1,FW=1,TAPS=1,PH=0,PW=0,DH=1,DW=1,WHOLE=0,
 IN=72,OUT=24,DZ=24,DX=64,RES=16,POOL=0,WINNERS=0,BIAS=2,NORM=1,RESIDUAL=0,ADD=0,DOWN=2,N=256,STAGES=3,BLOCKS=1,FOR_INPUT=1};
 static FN float eps() { return 1e-3f; } static FN float apply(float v) { return v > 0.f ? v : 0.f; } };
struct X1 { enum : int { H=9,W=11,CG=64,OH=9,OW=11,KG=16,K=16,FH=1,FW=1,TAPS=1,PH=0,PW=0,DH=1,DW=1,WHOLE=0,
 IN=72,OUT=24,DZ=24,DX=64,RES=16,POOL=0,WINNERS=0,BIAS=2,NORM=1,RESIDUAL=0,ADD=0,DOWN=2,N=256,STAGES=3,BLOCKS=2,FOR_INPUT=0};
 static FN float eps() { return 1e-3f; } static FN float apply(float v) { return v > 0.f ? v : 0.f; } };
struct F2 { enum : int { H=7,W=5,CG=24,OH=7,OW=7,KG=128,K=128,FH=1,FW=3,TAPS=3,PH=0,PW=2,DH=1,DW=1,WHOLE=0,
 IN=32,OUT=136,DZ=128,DX=32,RES=128,POOL=1,WINNERS=1,BIAS=1,NORM=0,RESIDUAL=0,ADD=0,DOWN=1,N=256,STAGES=3,BLOCKS=2,FOR_INPUT=0};
 static FN float eps() { return 1e-3f; } static FN float apply(float v) { return v > 0.f ? v : 0.f; } };
struct D2 { enum : int { H=7,W=5,CG=24,OH=7,OW=7,KG=128,K=128,FH=1,FW=3,TAPS=3,PH=0,PW=2,DH=1,DW=1,WHOLE=0,
 IN=32,OUT=136,DZ=128,DX=32,RES=128,POOL=1,WINNERS=1,BIAS=1,NORM=0,RESIDUAL=0,ADD=0,DOWN=1,N=256,STAGES=3,BLOCKS=2,FOR_INPUT=1};
 static FN float eps() { return 1e-3f; } static FN float apply(float v) { return v > 0.f ? v : 0.f; } };
struct X2 { enum : int { H=7,W=5,CG=24,OH=7,OW=7,KG=128,K=128,FH=1,FW=3,TAPS=3,PH=0,PW=2,DH=1,DW=1,WHOLE=0,
 IN=32,OUT=136,DZ=128,DX=32,RES=128,POOL=1,WINNERS=1,BIAS=1,NORM=0,RESIDUAL=0,ADD=1,DOWN=1,N=256,STAGES=3,BLOCKS=2,FOR_INPUT=0};
 static FN float eps() { return 1e-3f; } static FN float apply(float v) { return v > 0.f ? v : 0.f; } };
struct F3 { enum : int { H=3,W=2,CG=8,OH=1,OW=1,KG=100,K=100,FH=3,FW=2,TAPS=6,PH=0,PW=0,DH=1,DW=1,WHOLE=1,
 IN=8,OUT=112,DZ=112,DX=8,RES=104,POOL=0,WINNERS=0,BIAS=1,NORM=1,RESIDUAL=0,ADD=1,DOWN=1,N=64,STAGES=3,BLOCKS=2,FOR_INPUT=0};
 static FN float eps() { return 1e-3f; } static FN float apply(float v) { return v; } };
struct D3 { enum : int { H=3,W=2,CG=8,OH=1,OW=1,KG=100,K=100,FH=3,FW=2,TAPS=6,PH=0,PW=0,DH=1,DW=1,WHOLE=1,
 IN=8,OUT=112,DZ=112,DX=8,RES=104,POOL=0,WINNERS=0,BIAS=1,NORM=1,RESIDUAL=0,ADD=1,DOWN=1,N=64,STAGES=3,BLOCKS=2,FOR_INPUT=1};
 static FN float eps() { return 1e-3f; } static FN float apply(float v) { return v; } };
struct X3 { enum : int { H=3,W=2,CG=8,OH=1,OW=1,KG=100,K=100,FH=3,FW=2,TAPS=6,PH=0,PW=0,DH=1,DW=1,WHOLE=1,
 IN=8,OUT=112,DZ=112,DX=8,RES=104,POOL=0,WINNERS=0,BIAS=1,NORM=1,RESIDUAL=0,ADD=0,DOWN=1,N=192,STAGES=2,BLOCKS=2,FOR_INPUT=0};
 static FN float eps() { return 1e-3f; } static FN float apply(float v) { return v; } };
#include "harness.h"
int main(){ forward_test<F0>(0,2,1,2,3);
input_test<D0>(0,2,1,3);
weight_test<X0>(0,2,2,1,2);
forward_test<F1>(1,2,5,1,1);
input_test<D1>(1,2,0,2);
weight_test<X1>(1,2,3,0,3);
forward_test<F2>(2,2,3,3,1);
input_test<D2>(2,2,4,0);
weight_test<X2>(2,2,0,2,1);
forward_test<F3>(3,3,2,0,1);
input_test<D3>(3,3,0,0);
weight_test<X3>(3,3,3,2,1); return failed; }
